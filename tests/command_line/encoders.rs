//! Where an encoder comes from: directories in the layouts that other tools write, the hub, its cache, and the small encoder.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};

use crate::command::{TRAIN, fails, polytask, succeeds, workplace};
use polytask::compute::Context;
use polytask::model::{Loading, Model, Pass, Weights, parse_config};
use polytask::random::Stream;
use polytask::recipe::{Freeze, Pooling};
use polytask::text::{Batch, Encoding, Tokenizer, tokenizer_of_vocabulary};
use safetensors::SafeTensors;
use serde_json::{Value, json};

const POINTER: &str = "version https://git-lfs.github.com/spec/v1\noid sha256:53aa51172d142c89\nsize 90868376\n";

/// A tokenizer of word pieces in the place of the tiny encoder's, which vocab.txt cannot hold; returns vocab.txt.
fn with_word_pieces(place: &Path) -> String {
    let special = ["[PAD]", "[CLS]", "[SEP]", "[UNK]"].map(String::from);
    let tokens: Vec<String> = special.into_iter().chain((4..64).map(|i| format!("w{i}"))).collect();
    let vocabulary = tokens.join("\n");
    let json = tokenizer_of_vocabulary(vocabulary.as_bytes(), None).expect("a vocabulary");
    fs::write(place.join("encoder/tokenizer.json"), json).expect("a temporary file");
    vocabulary
}

#[test]
fn a_vocabulary_stands_for_its_tokenizer() {
    let place = workplace();
    let encoder = place.path().join("encoder");
    let vocabulary = with_word_pieces(place.path());
    let expected = succeeds(place.path(), &format!("{TRAIN} --data data.csv"));
    fs::remove_file(encoder.join("tokenizer.json")).unwrap();
    fs::write(encoder.join("vocab.txt"), vocabulary).unwrap();
    assert_eq!(succeeds(place.path(), &format!("{TRAIN} --data data.csv --out model")), expected);
    // The saved model has a tokenizer.json, and goes on from there.
    assert!(place.path().join("model/tokenizer.json").is_file());
    fs::remove_file(encoder.join("vocab.txt")).unwrap();
    assert_eq!(
        fails(place.path(), TRAIN),
        "encoder: there is neither tokenizer.json nor vocab.txt; in Python, transformers makes tokenizer.json: \
         AutoTokenizer.from_pretrained(\"encoder\").save_pretrained(\"encoder\")"
    );
}

/// Splits the encoder's weights into two files with an index, as transformers does above a size.
fn shard(encoder: &Path) {
    let bytes = fs::read(encoder.join("model.safetensors")).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let names = file.names();
    let mut map = serde_json::Map::new();
    for (i, part) in names.chunks(names.len().div_ceil(2)).enumerate() {
        let name = format!("model-0000{}-of-00002.safetensors", i + 1);
        map.extend(part.iter().map(|tensor| (tensor.to_string(), Value::from(name.as_str()))));
        let views = part.iter().map(|tensor| (*tensor, file.tensor(tensor).unwrap()));
        fs::write(encoder.join(name), safetensors::serialize(views, None).unwrap()).unwrap();
    }
    fs::write(encoder.join("model.safetensors.index.json"), json!({"weight_map": map}).to_string()).unwrap();
    fs::remove_file(encoder.join("model.safetensors")).unwrap();
}

#[test]
fn weights_in_several_files_are_read_as_one() {
    let place = workplace();
    let encoder = place.path().join("encoder");
    let expected = succeeds(place.path(), TRAIN);
    shard(&encoder);
    assert_eq!(succeeds(place.path(), TRAIN), expected);
    let second = encoder.join("model-00002-of-00002.safetensors");
    let whole = fs::read(&second).unwrap();
    fs::write(&second, &whole[..whole.len() - 4]).unwrap();
    let error = fails(place.path(), TRAIN);
    assert!(error.starts_with("encoder: encoder: model.safetensors ends too early, at "), "{error}");
    fs::write(&second, POINTER).unwrap();
    assert_eq!(
        fails(place.path(), TRAIN),
        "encoder/model-00002-of-00002.safetensors is a Git LFS pointer, not the file: run \"git lfs pull\" in its folder, or \
         download the file itself"
    );
    fs::remove_file(&second).unwrap();
    let error = fails(place.path(), TRAIN);
    assert!(error.starts_with("encoder/model-00002-of-00002.safetensors: cannot be read: "), "{error}");
}

#[test]
fn pointers_and_other_formats_are_told_with_the_remedy() {
    for file in ["config.json", "tokenizer.json", "model.safetensors"] {
        let place = workplace();
        fs::write(place.path().join("encoder").join(file), POINTER).unwrap();
        let error = fails(place.path(), TRAIN);
        let expected =
            format!("{file} is a Git LFS pointer, not the file: run \"git lfs pull\" in its folder, or download");
        assert!(error.contains(&expected), "{error}");
    }
    let place = workplace();
    let encoder = place.path().join("encoder");
    fs::rename(encoder.join("model.safetensors"), encoder.join("pytorch_model.bin")).unwrap();
    assert_eq!(
        fails(place.path(), TRAIN),
        "encoder: its weights are pytorch_model.bin, and model.safetensors is needed; in Python, transformers makes it: \
         AutoModel.from_pretrained(\"encoder\").save_pretrained(\"encoder\")"
    );
}

/// Makes the tiny encoder declare a pooling, as sentence-transformers does.
fn declare(encoder: &Path, config: &str) {
    let modules = r#"[{"path": "", "type": "sentence_transformers.models.Transformer"},
        {"path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}]"#;
    fs::write(encoder.join("modules.json"), modules).unwrap();
    fs::create_dir_all(encoder.join("1_Pooling")).unwrap();
    fs::write(encoder.join("1_Pooling/config.json"), config).unwrap();
}

#[test]
fn the_pooling_that_an_encoder_declares_is_used() {
    let place = workplace();
    declare(&place.path().join("encoder"), r#"{"pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false}"#);
    let train = |more: &str| {
        let output = polytask(place.path())
            .args(format!("{TRAIN} --epochs 1 --out model {more}").split_whitespace())
            .output()
            .unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{stderr}");
        let recipe: Value = serde_json::from_slice(&fs::read(place.path().join("model/recipe.json")).unwrap()).unwrap();
        (stderr, recipe["pooling"].as_str().unwrap().to_string())
    };
    let used = "Pooling: cls, with which this encoder was trained\n";
    let warned = "Warning: this encoder was trained with cls pooling; mean is used\n";
    let (stderr, pooling) = train("");
    assert!(stderr.contains(used) && pooling == "cls", "{stderr}");
    let (stderr, pooling) = train("--pooling mean");
    assert!(stderr.contains(warned) && pooling == "mean", "{stderr}");
    fs::write(place.path().join("mean.json"), r#"{"pooling": "mean"}"#).unwrap();
    let (stderr, pooling) = train("--recipe mean.json");
    assert!(stderr.contains(warned) && pooling == "mean", "{stderr}");
    declare(&place.path().join("encoder"), r#"{"pooling_mode_lasttoken": true}"#);
    let (stderr, pooling) = train("");
    let other =
        "Warning: this encoder was trained with lasttoken pooling, which Polytask does not have; mean is used\n";
    assert!(stderr.contains(other) && pooling == "mean", "{stderr}");
}

/// A hub that answers so many requests; `answer` gets the path.
fn hub(requests: usize, answer: impl Fn(&str) -> Vec<u8> + Send + 'static) -> (String, std::thread::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        for stream in listener.incoming().take(requests) {
            let mut stream = stream.unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let request = lines.next().unwrap().unwrap();
            while lines.next().unwrap().unwrap() != "" {}
            let path = request.split(' ').nth(1).unwrap().to_string();
            // A client that hangs up early is part of some tests.
            let _ = stream.write_all(&answer(&path));
        }
    });
    (address, server)
}

fn http(status: &str, length: usize, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
    [head.as_bytes(), body].concat()
}

#[test]
fn fetching_an_encoder_speaks_the_hubs_protocol_and_keeps_no_halves() {
    let place = workplace();
    let fetch = |endpoint: &str| {
        let output = polytask(place.path())
            .args(["encoder", "fetch", "all-MiniLM-L6-v2", "--out", "fetched"])
            .env("HF_ENDPOINT", endpoint)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8(output.stderr).unwrap()
    };
    let base = "/sentence-transformers/all-MiniLM-L6-v2/resolve/1110a243fdf4706b3f48f1d95db1a4f5529b4d41";

    let (address, server) = hub(1, |_| http("404 Not Found", 0, b""));
    let error = fetch(&address);
    assert!(error.starts_with(&format!("polytask: {address}{base}/config.json: cannot be fetched: ")), "{error}");
    assert!(error.contains("404"), "{error}");
    server.join().unwrap();

    let (address, server) = hub(1, |_| http("200 OK", 500, b"only the beginn"));
    let error = fetch(&address);
    let expected = format!("polytask: {address}{base}/config.json: the download was cut off after 15 of 500 bytes");
    assert!(error.starts_with(&expected), "{error}");
    assert!(error.ends_with("nothing was kept, try again\n"), "{error}");
    assert!(!place.path().join("fetched/config.json").exists());
    server.join().unwrap();

    let (address, server) = hub(1, |_| http("200 OK", 20, b"<html>log in</html>\n"));
    let error = fetch(&address);
    let expected = format!("polytask: {address}{base}/config.json: not the file it should be: its SHA-256 is ");
    assert!(error.starts_with(&expected), "{error}");
    assert!(!place.path().join("fetched/config.json").exists());
    server.join().unwrap();

    // The real files, one of them already there but damaged; and then nobody is asked any more.
    fs::create_dir_all(place.path().join("fetched")).unwrap();
    fs::write(place.path().join("fetched/tokenizer.json"), "damaged").unwrap();
    let (address, server) = hub(3, |path| {
        let file = path.rsplit('/').next().unwrap();
        let bytes = fs::read(minilm().join(file)).expect("./build.sh encoder fetches it");
        http("200 OK", bytes.len(), &bytes)
    });
    for _ in 0..2 {
        let mut fetch = polytask(place.path());
        let output =
            fetch.args(["encoder", "fetch", "--out", "fetched"]).env("HF_ENDPOINT", &address).output().unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap(), "fetched\n");
    }
    server.join().unwrap();
}

/// A hub that has the files `siblings` of `encoder` as `lab/tiny`.
fn tiny_hub(requests: usize, encoder: PathBuf, siblings: Value) -> (String, std::thread::JoinHandle<()>) {
    hub(requests, move |path| {
        if path == "/api/models/lab/tiny/revision/main?blobs=true" {
            let answer = json!({"id": "lab/tiny", "sha": "c0ffee", "siblings": siblings}).to_string();
            return http("200 OK", answer.len(), answer.as_bytes());
        }
        match path.strip_prefix("/lab/tiny/resolve/c0ffee/").and_then(|file| fs::read(encoder.join(file)).ok()) {
            Some(bytes) => http("200 OK", bytes.len(), &bytes),
            None => http("404 Not Found", 0, b""),
        }
    })
}

/// Trains with `lab/tiny` of the hub at `address`; what was printed, and the errors.
fn train_from_hub(place: &Path, address: &str) -> (String, String) {
    let arguments = TRAIN.replace("--encoder encoder", "--encoder lab/tiny");
    let output = polytask(place).args(arguments.split_whitespace()).env("HF_ENDPOINT", address).output().unwrap();
    (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn an_encoder_of_the_hub_is_fetched_by_its_name_once() {
    let place = workplace();
    let encoder = place.path().join("encoder");
    let expected = succeeds(place.path(), TRAIN);
    let siblings = |sha256: String| {
        json!([{"rfilename": "config.json"}, {"rfilename": "tokenizer.json"}, {"rfilename": "README.md"},
            {"rfilename": "model.safetensors", "lfs": {"sha256": sha256}}])
    };
    let (address, server) = tiny_hub(4, encoder.clone(), siblings("0".repeat(64)));
    let (_, error) = train_from_hub(place.path(), &address);
    assert!(
        error.contains("/lab/tiny/resolve/c0ffee/model.safetensors: not the file it should be: its SHA-256 is "),
        "{error}"
    );
    server.join().unwrap();
    let right = sha256(&fs::read(encoder.join("model.safetensors")).unwrap());
    let (address, server) = tiny_hub(4, encoder, siblings(right));
    for _ in 0..2 {
        assert_eq!(train_from_hub(place.path(), &address).0, expected);
    }
    server.join().unwrap();
}

#[test]
fn a_download_that_ended_between_two_shards_is_made_whole() {
    let place = workplace();
    let encoder = place.path().join("encoder");
    let expected = succeeds(place.path(), TRAIN);
    shard(&encoder);
    let modules = r#"[{"path": "own_pooling", "type": "sentence_transformers.models.Pooling"}]"#;
    fs::write(encoder.join("modules.json"), modules).unwrap();
    fs::create_dir(encoder.join("own_pooling")).unwrap();
    fs::write(encoder.join("own_pooling/config.json"), r#"{"pooling_mode": "max"}"#).unwrap();
    let [first, second] = [1, 2].map(|i| format!("model-0000{i}-of-00002.safetensors"));
    let files =
        ["config.json", "modules.json", "own_pooling/config.json", "tokenizer.json", "model.safetensors.index.json"];
    let siblings: Vec<Value> =
        files.iter().chain([&*first, &*second].iter()).map(|file| json!({"rfilename": file})).collect();
    fs::rename(encoder.join(&second), place.path().join("away")).unwrap();
    let (address, server) = tiny_hub(8, encoder.clone(), siblings.clone().into());
    let (_, error) = train_from_hub(place.path(), &address);
    assert!(error.contains(&format!("/lab/tiny/resolve/c0ffee/{second}: cannot be fetched: ")), "{error}");
    server.join().unwrap();
    fs::rename(place.path().join("away"), encoder.join(&second)).unwrap();
    let (address, server) = tiny_hub(8, encoder, siblings.into());
    let (printed, warned) = train_from_hub(place.path(), &address);
    assert_eq!(printed, expected);
    assert!(warned.contains("this encoder was trained with max pooling, which Polytask does not have"), "{warned}");
    server.join().unwrap();
}

#[test]
fn what_is_no_encoder_is_refused_before_its_weights_are_fetched() {
    let place = workplace();
    let encoder = place.path().join("encoder");
    let refused = |requests: usize, files: &[&str]| {
        let siblings: Vec<Value> = files.iter().map(|file| json!({"rfilename": file})).collect();
        let (address, server) = tiny_hub(requests, encoder.clone(), siblings.into());
        let (_, error) = train_from_hub(place.path(), &address);
        server.join().unwrap();
        error
    };
    let error = refused(1, &["config.json", "tokenizer.json", "pytorch_model.bin"]);
    assert!(
        error.starts_with("polytask: lab/tiny: its weights are pytorch_model.bin, and model.safetensors is needed"),
        "{error}"
    );
    let error = refused(1, &["config.json", "spiece.model", "model.safetensors"]);
    let expected = "polytask: encoder: the hub's \"lab/tiny\" has no tokenizer.json or vocab.txt; take a BERT encoder that has one";
    assert!(error.starts_with(expected), "{error}");
    fs::write(encoder.join("config.json"), r#"{"model_type": "qwen2"}"#).unwrap();
    let error = refused(2, &["config.json", "tokenizer.json", "model.safetensors"]);
    assert!(
        error.starts_with("polytask: lab/tiny: encoder: config.json: model_type is \"qwen2\", and only "),
        "{error}"
    );
}

#[test]
fn a_name_that_the_hub_does_not_have_is_told() {
    let place = workplace();
    let (address, server) = hub(1, |_| http("404 Not Found", 0, b""));
    let output =
        polytask(place.path()).args(["train", "--encoder", "lab/tinny"]).env("HF_ENDPOINT", &address).output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    let expected =
        "polytask: encoder: the hub has no public model \"lab/tinny\"; is it spelt as on its page (owner/name)?";
    assert!(error.starts_with(expected), "{error}");
    server.join().unwrap();
    assert_eq!(
        fails(place.path(), "train --encoder tinny"),
        "encoder: \"tinny\" is neither a directory, nor a known name (all-MiniLM-L6-v2, all-MiniLM-L6-v2-small), nor a model of \
         the hub (owner/name); the encoder \"tinny\" is not in "
            .to_string()
            + &format!("{}: give a directory with --encoder DIR", place.path().join("cache/tinny").display())
    );
}

#[test]
fn the_hubs_own_cache_is_read() {
    let place = workplace();
    let expected = succeeds(place.path(), TRAIN);
    let folder = place.path().join("hf/models--lab--tiny");
    fs::create_dir_all(folder.join("refs")).unwrap();
    fs::create_dir_all(folder.join("snapshots")).unwrap();
    fs::write(folder.join("refs/main"), "abc").unwrap();
    fs::rename(place.path().join("encoder"), folder.join("snapshots/abc")).unwrap();
    for encoder in ["lab/tiny", "hf/models--lab--tiny"] {
        let arguments = TRAIN.replace("--encoder encoder", &format!("--encoder {encoder}"));
        let output = polytask(place.path())
            .args(arguments.split_whitespace())
            .env("HF_HUB_CACHE", place.path().join("hf"))
            .env("HF_ENDPOINT", "http://127.0.0.1:9")
            .output()
            .unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap(), expected);
    }
}

fn models() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("www/models")
}

fn minilm() -> PathBuf {
    models().join("all-MiniLM-L6-v2")
}

fn small(file: &str) -> Vec<u8> {
    fs::read(models().join("all-MiniLM-L6-v2-small").join(file)).expect("./build.sh step make_small_encoder makes it")
}

/// Unit sentence vectors.
fn vectors(weights: &[u8], batch: &Batch) -> Vec<Vec<f32>> {
    let context = Context::default();
    let loading = Loading {
        freeze: Freeze::Encoder,
        pooling: Pooling::Mean,
        word_rows: None,
        positions: None,
        keep_heads: false,
        context: &context,
    };
    let (config, weights) = (parse_config(&small("config.json")).unwrap(), Weights::from_safetensors(weights).unwrap());
    let model = Model::load(&config, weights, &[], &loading, &mut Stream::new(0, "init")).unwrap();
    let vectors: Vec<Vec<f32>> = model.embed(batch, Pass::Evaluation).unwrap().to_vec2().unwrap();
    let unit = |x: Vec<f32>| {
        let length = x.iter().map(|x| x * x).sum::<f32>().sqrt();
        x.into_iter().map(|x| x / length).collect()
    };
    vectors.into_iter().map(unit).collect()
}

#[test]
fn the_small_encoder_reads_and_embeds_as_the_float_one_does() {
    let presets = ["topic-sentiment", "tickets"].map(|name| format!("src/data/presets/{name}.csv"));
    let rows = presets.iter().flat_map(|file| csv::Reader::from_path(file).expect("a preset").into_records());
    let sentences: Vec<String> = rows
        .map(|row| row.expect("a row")[0].to_string())
        .chain(
            ["Ünïcode, 中文 and emoji 🎉!", "don't  \t stop", "supercalifragilisticexpialidocious", ""]
                .map(String::from),
        )
        .collect();
    assert!(sentences.len() > 80);
    let float = fs::read(minilm().join("tokenizer.json")).expect("./build.sh encoder fetches it");
    let float = Tokenizer::from_json(&float, 128, 30_522).unwrap();
    let own = tokenizer_of_vocabulary(&small("vocab.txt"), None).unwrap();
    let own = Tokenizer::from_json(&own, 128, 30_522).unwrap();
    let encode = |tokenizer: &Tokenizer| -> Vec<Encoding> {
        sentences.iter().map(|sentence| tokenizer.encode(sentence).unwrap()).collect()
    };
    let encodings = encode(&own);
    assert_eq!(encodings, encode(&float));

    let batch = Batch::of_sentences(&encodings);
    let a = vectors(&fs::read(minilm().join("model.safetensors")).unwrap(), &batch);
    let b = vectors(&small("model.safetensors"), &batch);
    let cosines: Vec<f32> = a.iter().zip(&b).map(|(a, b)| a.iter().zip(b).map(|(x, y)| x * y).sum()).collect();
    let mean = cosines.iter().sum::<f32>() / cosines.len() as f32;
    let least = cosines.iter().copied().fold(1.0, f32::min);
    assert!(mean >= 0.995 && least >= 0.98, "mean {mean}, least {least}");
    let files = ["config.json", "vocab.txt", "model.safetensors"].map(|file| small(file).len());
    assert!(files.iter().sum::<usize>() <= 16_000_000, "{files:?}");
}

#[test]
fn the_small_encoder_is_made_where_it_is_missing() {
    let place = workplace();
    let cache = place.path().join("cache");
    fs::create_dir_all(cache.join("all-MiniLM-L6-v2")).unwrap();
    for file in ["config.json", "tokenizer.json", "model.safetensors"] {
        fs::copy(minilm().join(file), cache.join("all-MiniLM-L6-v2").join(file))
            .expect("./build.sh encoder fetches it");
    }
    let made = succeeds(place.path(), "encoder fetch all-MiniLM-L6-v2-small --out made");
    assert_eq!(made, "made\n");
    assert_eq!(fs::read(place.path().join("made/model.safetensors")).unwrap(), small("model.safetensors"));
}

#[test]
fn a_network_that_refuses_is_noticed_in_seconds() {
    let place = workplace();
    let start = std::time::Instant::now();
    let output = polytask(place.path()).args(["train"]).env("HF_ENDPOINT", "http://127.0.0.1:9").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.starts_with("polytask: http://127.0.0.1:9/"), "{error}");
    assert!(
        error.trim_end().ends_with("give a directory with --encoder DIR, or let ./build.sh encoder find it"),
        "{error}"
    );
    assert!(start.elapsed().as_secs() < 10);
}
