#!/usr/bin/env bash
set -euo pipefail
readonly caller=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source=build/setup.sh
source build/setup.sh

usage() {
  cat <<'TEXT'
./build.sh                build the static page: target/site is then ready for any static host
./build.sh serve [ARGS]   serve the page as soon as it can run, and build the rest meanwhile; ARGS: --port N (8080)
./build.sh test           run every check and test, in Chromium, Firefox and WebKit too
./build.sh mpi            build the command for several processes, target/release/polytask, and test it with mpirun
./build.sh cuda           build the command for NVIDIA graphics cards, target/cuda/release/polytask, and check its code
./build.sh fuzz [SECONDS] [TARGET...]
                          give each target of fuzz/ random inputs for so long (60), or 10 million, and keep in fuzz/found what breaks one
./build.sh soak [RUNS]    train RUNS times (500) in one tab, and the command for as many steps as eight hours have: nothing may grow
./build.sh bench          run the benchmarks, against PyTorch (a download of several GB) and ONNX Runtime Web too
./build.sh pack           build the page, and the element with its small encoder as an npm package in target/npm/
./build.sh encoder [DIR]  fetch the sentence encoder all-MiniLM-L6-v2 only (default: into www/models/)
./build.sh help           print this

The page comes with three builds of the library and takes the fastest that the browser can run. Threads it can use only
from a host that isolates it: Cross-Origin-Opener-Policy: same-origin, Cross-Origin-Embedder-Policy: require-corp
(`serve` sends both).

What is missing is set up on the way: the source of Rust's standard library, which is compiled for the browser,
wasm-bindgen, npm packages, the encoder, and mdBook, Sphinx, MkDocs, Vite and ONNX Runtime for the tests.
POLYTASK_ENCODER_DIR   a directory that holds the encoder already: nothing is downloaded
HF_ENDPOINT            a mirror of the Hugging Face hub
POLYTASK_WASM_TOOLCHAIN=debian   compile for the browser with Debian's packages even where rustup could
CHROMIUM, FIREFOX, MDBOOK, PYTHON   the programs that tests and benchmarks use; PYTHON= does without PyTorch, Sphinx, MkDocs and Python's ONNX Runtime
ROUNDS=1, ONLY=id,id             shorter benchmarks: fewer rounds (of 5), only some rows of the table
TEXT
}

readonly encoder_dir=www/models/all-MiniLM-L6-v2
readonly small_encoder_dir=$encoder_dir-small

main() {
  if [[ ${POLYTASK_ENCODER_DIR:-/} != /* ]]; then export POLYTASK_ENCODER_DIR=$caller/$POLYTASK_ENCODER_DIR; fi
  local verb=${1:-page}
  [ $# -eq 0 ] || shift
  case $verb in
    page)
      build_page
      print_page
      ;;
    serve) serve "$@" ;;
    test) test_everything ;;
    mpi)
      need_rust
      test_mpi
      ;;
    cuda) build_cuda ;;
    fuzz) fuzz "$@" ;;
    soak) soak "$@" ;;
    bench) bench ;;
    pack)
      build_page
      pack
      ;;
    encoder) encoder "$@" ;;
    step) "$@" ;; # for build/make.mjs
    help | --help | -h) usage ;;
    *)
      printf 'build.sh: there is no command "%s"; the commands are:\n\n' "$verb" >&2
      usage >&2
      exit 2
      ;;
  esac
}

# Runs the page's steps in parallel. build/make.mjs knows their order and runs each as `./build.sh step FUNCTION`.
build_page() {
  need_rust
  need_node
  node build/make.mjs page
}

# Serves the page as soon as it can run, and builds the rest in the meantime.
serve() { # [--port N]
  need_rust
  need_node
  exec node build/make.mjs serve "$@"
}

# The three builds of the library in www/pkg. www/engine/builds.js starts the fastest one that the browser can run.
#   plain    128-bit SIMD, for every current browser
#   fused    also relaxed SIMD, in which multiply-add is one instruction
#   threads  also shared memory, for pages that are cross-origin isolated
readonly builds=(plain fused threads)

compile_wasm() { # BUILD
  need_wasm_toolchain
  compile_for_browser "$1" "$(compiled "$1")" polytask --crate-type cdylib
}

# Compiles a package's module, if it is older than what it is made of. `fused` is `plain` but for the package's own code: it takes
# the dependencies that `plain` has compiled. cargo keeps one of the two modules, and would make the other one anew each time.
compile_for_browser() { # BUILD MODULE PACKAGE ARGUMENT...
  local directory=$1 module=$2 package=$3 own=() made
  shift 3
  if [ -f "$module" ] && [ -z "$(newer_source "$module")" ]; then return; fi
  if [ "$directory" = fused ]; then
    directory=plain
    own=(-- -C target-feature=+relaxed-simd)
  fi
  wasm_cargo "$directory" rustc --profile wasm --package "$package" "$@" "${own[@]}"
  made=target/wasm/$directory/wasm32-unknown-unknown/wasm/${package//-/_}.wasm
  [ -f "$made" ] || fail "cargo left no $made"
  cp "$made" "$module"
}

# Prints a file that is newer than MODULE, of those that a module for the browser is made of; nothing if there is none.
newer_source() { # MODULE
  find build.sh build/setup.sh Cargo.toml Cargo.lock src blocks tests/wasm -path src/bin -prune -o -type f -newer "$1" -print -quit
}

compiled() { # BUILD: prints the path of the module that compile_wasm makes
  printf 'target/wasm/%s.wasm' "$1"
}

# Makes www/pkg/BUILD: the module, its JavaScript glue and type declarations. The page may be in use, so the folder is made under
# another name and moved into place when it is complete.
wrap_wasm() { # BUILD
  local pkg=www/pkg/$1 made=www/pkg/.arriving-$1
  if [ "$pkg/polytask_bg.wasm" -nt "$(compiled "$1")" ] && [ "$pkg/polytask_bg.wasm" -nt build.sh ] &&
    [ -z "$(find build/alike.mjs build/cut.mjs build/wasm-bytes.mjs -newer "$pkg/polytask_bg.wasm")" ]; then return; fi

  need_wasm_bindgen
  rm -rf "$made"
  "$wasm_bindgen" --target web --out-name polytask --out-dir "$made" "$(compiled "$1")"
  # -O1, since -O3 takes ten times as long and makes training no faster, and -O3, -Os and -Oz all compress worse. Similar functions
  # become neighbours (build/alike.mjs): 21 kB less than in the order of how often they are called. wasm-opt reads from the module
  # which wasm features it may use.
  node build/cut.mjs "$made/polytask_bg.wasm" "$made/cut.wasm"
  node build/alike.mjs "$made/cut.wasm" "$made/named.wasm"
  node_modules/.bin/wasm-opt -O1 --reorder-functions-by-name "$made/named.wasm" -o "$made/optimised.wasm"
  rm "$made/cut.wasm" "$made/named.wasm"
  mv "$made/optimised.wasm" "$made/polytask_bg.wasm"
  rm -rf "$pkg"
  mv "$made" "$pkg"
}

# Compiles the matrix product's kernel and its tests (tests/wasm) like the page's builds, whose compiled dependencies it reuses.
build_kernel_tests() {
  local build
  need_wasm_toolchain
  for build in plain fused; do compile_for_browser "$build" "target/wasm/$build-tests.wasm" polytask-wasm-tests; done
}

# Removes the builds that are older than the library's source: a page uses the fastest build in www/pkg, which must not be an
# outdated one. `plain` stays, since the page waits until it is current.
drop_stale_builds() {
  local build
  for build in fused threads; do
    [ -z "$(newer_source "www/pkg/$build/polytask_bg.wasm" 2>/dev/null)$(find build/alike.mjs build/cut.mjs build/wasm-bytes.mjs \
      -newer "www/pkg/$build/polytask_bg.wasm" 2>/dev/null)" ] || rm -rf "www/pkg/$build"
  done
}

# Copies idb-keyval (the browser's database) and uPlot (charts) from npm's packages to www/vendor, and changes one line of uPlot:
# when it is loaded, it formats numbers for navigator.language, which throws if that is no language tag (WebKitGTK has `C`), and no
# chart would be shown. The page formats its numbers itself, so that the line can say English.
copy_vendor() {
  local chart_library=node_modules/uplot/dist/uPlot asks="new Intl.NumberFormat(domEnv ? nav.language : 'en-US')"
  grep -qF "$asks" "$chart_library.esm.js" || fail "uPlot asks for a language in another way than it did: see copy_vendor"
  mkdir -p www/vendor
  sed "s/$asks/new Intl.NumberFormat('en-US')/" "$chart_library.esm.js" >www/vendor/uPlot.esm.js
  cp "$chart_library.min.css" www/vendor/
  cp "$chart_library.d.ts" www/vendor/uPlot.esm.d.ts
  cp node_modules/uplot/LICENSE www/vendor/uPlot.LICENSE
  cp node_modules/idb-keyval/dist/index.js www/vendor/idb-keyval.js
  cp node_modules/idb-keyval/dist/index.d.ts www/vendor/idb-keyval.d.ts
  cp node_modules/idb-keyval/LICENCE www/vendor/idb-keyval.LICENSE
  # Of zip.js what reads and writes zips, without its workers and its own deflate: browsers have CompressionStream.
  node_modules/.bin/esbuild build/zip.js --bundle --format=esm --target=esnext --legal-comments=none --log-level=warning --outfile=www/vendor/zip.js
  cp node_modules/@zip.js/zip.js/index.d.ts www/vendor/zip.d.ts
  cp node_modules/@zip.js/zip.js/LICENSE www/vendor/zip.LICENSE
}

# Makes the npm package of <polytask-lab> in target/npm: the element's scripts in a few files (build/site.mjs), what they ask for,
# types, the page for frames, and what of others is in it (build/sbom.mjs). If Cargo.toml names the project's repository, the package names it too.
pack() {
  local package=target/npm/package address
  say "packing target/npm"
  rm -rf target/npm
  mkdir -p "$package"
  cp LICENSE-APACHE LICENSE-MIT "$package"
  (cd www && find README.md package.json custom-elements.json ./*.d.ts vendor/*.LICENSE pkg/*/*.wasm pkg/*/*.d.ts \
    models/all-MiniLM-L6-v2-small examples/frame/lab.* -type f -print0) | tar -C www --null --files-from=- -cf - | tar -C "$package" -xf -
  node build/site.mjs www "$package" element
  node build/sbom.mjs "$package"
  address=$(awk -F'"' '/^repository = /{ print $2 }' Cargo.toml)
  [ -z "$address" ] || npm --prefix "$package" pkg set repository.type=git "repository.url=git+$address.git" \
    "homepage=$address#readme" "bugs.url=$address/issues"
  npm pack "./$package" --pack-destination target/npm --ignore-scripts --loglevel=error
  rm -rf "$package"
}

# Makes target/site: www/ for a host, with scripts and style sheets in a few small files (build/site.mjs) and with release.json,
# which www/sw.js reads. Addresses that other sites may use are those of www/. The encoder's files are hard links to those in
# www/ if possible. The previous site stays until the new one is complete. Leaves out names that begin with a dot: builds of the
# library that are being written (wrap_wasm), and what git ignores in the examples: what a reader has installed or built there.
make_site() {
  local site=target/site made=target/.arriving-site
  rm -rf "$made"
  mkdir -p "$made"
  (cd www && find . \( -path ./models -o -name '.?*' -o -path './examples/*/node_modules' -o -path './examples/*/dist' \
    -o -path './examples/*/_build' -o -path './examples/*/site' -o -path './examples/*/book' -o -path './examples/*/polytask' -o -path './examples/*/model' \) -prune -o -type f \( -path './examples/*' -o \
    ! -name '*.js' ! -name '*.css' ! -name '*.ts' ! -name '*.html' ! -name '*.json' ! -path ./README.md -o \
    -path './recorded/*' \) -print0) | tar -C www --null --files-from=- -cf - | tar -C "$made" -xf -
  cp -al www/models "$made/models" 2>/dev/null || cp -a www/models "$made/models"
  node build/site.mjs www "$made"
  node build/release.mjs "$made"
  rm -rf "$site"
  mv "$made" "$site"
}

fetch_encoder() {
  build/encoder.sh "$encoder_dir"
}

# Makes the page's own encoder of the float one (blocks/): 16 MB. Its bytes are the same on every machine, and pinned.
make_small_encoder() {
  local pins=build/small-encoder.sha256 made=target/small-encoder
  if (cd "$small_encoder_dir" 2>/dev/null && shasum -a 256 --check --status) <"$pins" && [ -f "$small_encoder_dir/manifest.json" ]; then return; fi
  need_rust
  cargo run --release --quiet --package polytask-blocks --target-dir target -- "$encoder_dir" "$made"
  rm -rf "$small_encoder_dir"
  POLYTASK_ENCODER_DIR=$PWD/$made build/encoder.sh "$small_encoder_dir" "$pins" all-MiniLM-L6-v2-small
  rm -rf "$made"
}

encoder() { # [DIR]
  local dir=${1:-$PWD/$encoder_dir}
  [[ $dir == /* ]] || dir=$caller/$dir
  build/encoder.sh "$dir"
  printf '%s\n' "$dir"
}

build_native() {
  need_rust
  cargo build --release --bin polytask --target-dir target
}

# Prints the sizes of a visitor's largest downloads, as stored and as compressed by a host. A browser loads one of the builds.
print_page() {
  say "target/site is ready for any static host (and www/, as it is written); the largest downloads:"
  node - "${builds[@]/#/www/pkg/}" www/vendor/uPlot.esm.js "$small_encoder_dir"/{vocab.txt,model.safetensors} \
    "$encoder_dir"/{tokenizer.json,model.safetensors} <<'SCRIPT'
const { readFileSync, statSync } = require('node:fs');
const { promisify } = require('node:util');
const zlib = require('node:zlib');
const [gzip, brotli] = [promisify(zlib.gzip), promisify(zlib.brotliCompress)];
const kB = (bytes) => `${(bytes / 1000).toFixed(1)} kB`.padStart(12);
const total = (files) => files.reduce((sum, { length }) => sum + length, 0);
const files = (path) => statSync(path).isDirectory() ? [`${path}/polytask_bg.wasm`, `${path}/polytask.js`] : [path];
const compressed = async (parts) => kB(total(await Promise.all(parts)));
const row = async (path) => {
  const parts = files(path).map((file) => readFileSync(file));
  const stored = path.padEnd(52) + kB(total(parts));
  if (total(parts) > 1e7) return stored; // weights hardly compress
  return stored + await compressed(parts.map((part) => gzip(part))) + await compressed(parts.map((part) => brotli(part)));
};
console.log(`${''.padEnd(52)}${'stored'.padStart(12)}${'gzip'.padStart(12)}${'brotli'.padStart(12)}`);
Promise.all(process.argv.slice(2).map(row)).then((rows) => console.log(rows.join('\n')));
SCRIPT
}

test_everything() {
  need_rust
  need_npm_packages
  copy_vendor # for the page's modules, which the tests in Node import
  # These wait for the network for much of their time. Each is called again before the first check that needs it.
  { need_docs_tools; need_readers; need_react; } &
  local downloads=$!
  need_browsers
  need_wasm_toolchain
  need_mpi
  rm -rf target/test-logs
  mkdir -p target/test-logs
  trap print_summary EXIT

  check "cargo fmt --check" cargo fmt --all --check
  # The workspace without the tests for the browser. In one profile, so that macros and C libraries are compiled once; with all
  # features that need no accelerator at once, since each choice of features compiles the library again.
  local packages=(--package polytask --package polytask-blocks --package polytask-fuzz --package polytask-onnx)
  local features=(--features polytask/mpi,polytask/parquet)
  # A test that compiles a program of its own shares what these have compiled.
  export POLYTASK_CARGO_FLAGS="${packages[*]} ${features[*]}"
  packages+=(--target-dir target --release)
  check "clippy, native" cargo clippy "${packages[@]}" -- -D warnings
  check "clippy, all features" all_features cargo clippy "${packages[@]}" "${features[@]},polytask/nccl" --all-targets -- -D warnings
  check "clippy, wasm: threads" lint_wasm threads
  check "rustdoc" env RUSTDOCFLAGS=-Dwarnings cargo doc "${packages[@]}" "${features[@]}" --no-deps
  wait "$downloads" || true
  need_docs_tools
  need_readers
  need_react
  need_mdbook
  check "tests in Node" node_test tests/node 2
  check "build.sh encoder" fetch_encoder
  check "the small encoder" make_small_encoder
  check "the tests and the page" compile_tests_and_page "${packages[@]}" "${features[@]}"
  check "cargo test --release" cargo test "${packages[@]}" "${features[@]}"
  check "build, native" cargo build "${packages[@]}" "${features[@]}" --bin polytask
  check "no warnings, wasm" no_wasm_warnings
  check "build, the wasm kernel's tests" build_kernel_tests
  check "build, names for the profile" name_wasm
  check "build.sh pack" pack
  check "tests of build.sh" node_test tests/build 2
  check "tsc -p www" node_modules/.bin/tsc -p www
  # Two files at once: most tests train on one thread, and a test waits for its browser much of the time.
  check "browser tests" node_test tests/browser 2
}

# Runs a check of the Rust code for graphics cards without CUDA: its compiler, of which Candle's build asks kernels, is a stand-in.
all_features() { # COMMAND...
  NVCC=$PWD/build/stand-in/nvcc CUDARC_CUDA_VERSION=13000 CUDA_COMPUTE_CAP=80 "$@"
}

# Compiles the native tests beside the page: either has long parts that keep one core busy.
compile_tests_and_page() { # CARGO_ARGUMENT...
  cargo test "$@" --no-run &
  local tests=$!
  build_page
  wait "$tests"
}

# Builds the command with MPI, and runs it on several processes.
test_mpi() {
  need_mpi
  cargo test --package polytask --features mpi --release --target-dir target --test mpi
}

# Builds the command for graphics cards. CUDA_COMPUTE_CAP is the generation that its kernels are for, at least: 80, or what the
# variable says. The program needs the driver of a card, and finds CUDA's libraries where they were for the build.
build_cuda() {
  need_rust
  need_cuda
  need_mpi
  export CUDA_COMPUTE_CAP=${CUDA_COMPUTE_CAP:-80}
  local build=(--release --features "cuda,nccl,parquet" --target-dir target/cuda)
  cargo clippy "${build[@]}" -- -D warnings
  # What the driver has is found when the program starts.
  RUSTFLAGS="-C link-arg=-Wl,--unresolved-symbols=ignore-in-shared-libs -C link-arg=-Wl,-rpath,$CUDA_HOME/lib ${RUSTFLAGS-}" \
    cargo build "${build[@]}" --bin polytask
}

# Gives each target of fuzz/ inputs by libFuzzer, first those that it began with or kept in earlier runs. An input that breaks a
# target goes to fuzz/found/TARGET, where `./build.sh test` tries it from then on.
fuzz() { # [SECONDS] [TARGET...]
  local seconds=${1:-60} target corpus broken=()
  [[ $seconds =~ ^[1-9][0-9]*$ ]] || fail "./build.sh fuzz: \"$seconds\" is no number of seconds; for example: ./build.sh fuzz 60 table"
  shift $(($# > 0 ? 1 : 0))
  need_rust
  need_fuzz
  # A stable compiler takes the fuzzer's flags with this.
  export RUSTC_BOOTSTRAP=1
  local fuzzing=(--fuzz-dir fuzz --target-dir target/fuzz --sanitizer none --features libfuzzer)
  "$cargo_fuzz" build "${fuzzing[@]}"
  cargo run --release --quiet --package polytask-fuzz --target-dir target --example seeds target/fuzz/seeds
  [ $# -gt 0 ] || set -- $(sed -n 's/^name = "\(.*\)"$/\1/p' fuzz/Cargo.toml | grep -v polytask-fuzz)
  for target; do
    corpus=target/fuzz/corpus/$target
    mkdir -p "$corpus" "fuzz/found/$target"
    say "fuzzing $target for $seconds s"
    "$cargo_fuzz" run "${fuzzing[@]}" "$target" "$corpus" "target/fuzz/seeds/$target" -- -max_total_time="$seconds" -runs=10000000 \
      -rss_limit_mb=4096 -timeout=30 -len_control=20 -max_len=1048576 -print_final_stats=1 \
      -artifact_prefix="fuzz/found/$target/" >"target/fuzz/$target.log" 2>&1 || broken+=("$target")
    grep -E 'number_of_executed_units|peak_rss_mb|panicked|ERROR' "target/fuzz/$target.log" || true
  done
  [ ${#broken[@]} -eq 0 ] || fail "broken: ${broken[*]}; see target/fuzz/*.log and fuzz/found"
}

# Trains for hours in little time, with an encoder that is made in no time.
soak() { # [RUNS]
  local runs=${1:-500}
  [[ $runs =~ ^[1-9][0-9]*$ ]] || fail "./build.sh soak: \"$runs\" is no number of runs; for example: ./build.sh soak 500"
  build_page
  build_native
  need_browsers
  POLYTASK_RUNS=$runs node tests/run.mjs --timeout 14400 tests/soak
}

# Clippy sees the build with threads. What the compiler says of the others is in the logs of build_page.
no_wasm_warnings() {
  ! grep --no-messages -A 12 '^warning' target/logs/{plain,fused}.log
}

# Runs one check and keeps its output and result for the summary. The first check that fails ends the run.
check() { # TITLE COMMAND...
  local title=$1 start=$SECONDS
  shift
  checks+=("$title")
  outcomes+=("FAILED")
  say "$title"
  "$@" 2>&1 | tee "target/test-logs/${#checks[@]}.log"
  outcomes[${#outcomes[@]} - 1]="ok, $((SECONDS - start)) s"
}
checks=()
outcomes=()

# Prints each check that ran, with the test runners' own summaries and the test files that took longest, failed or are flaky.
print_summary() {
  local i
  printf '\n==> Summary\n'
  for i in "${!checks[@]}"; do
    printf '%-24s %s\n' "${checks[$i]}" "${outcomes[$i]}"
    grep -hE '^test result: |^[^ ]+ (tests|pass|fail|cancelled|skipped) [0-9]+$|^(longest|failed|flaky): ' "target/test-logs/$((i + 1)).log" |
      sed 's/^/    /' || true
  done
}

# Runs clippy if the build's toolchain has it; otherwise cargo check. Both deny warnings.
lint_wasm() { # BUILD
  if [ "$wasm_toolchain" = debian ] && ! [ -x /usr/bin/cargo-clippy ]; then
    (apt_install "to check the code for the browser" rust-web-clippy) || true
  fi
  if { [ "$wasm_toolchain" = debian ] && [ -x /usr/bin/cargo-clippy ]; } ||
    { [ "$wasm_toolchain" = rustup ] && cargo clippy --version >/dev/null 2>&1; }; then
    wasm_cargo "$1" clippy --workspace --exclude polytask-fuzz --profile wasm -- -D warnings
  else
    say "no clippy for the browser's toolchain here: cargo check with warnings denied instead"
    wasm_rustflags='-D warnings' wasm_cargo "$1" check --workspace --exclude polytask-fuzz --profile wasm
  fi
}

# Runs the test files in a directory. A file that fails runs once more, and one that hangs is stopped after 20 minutes.
node_test() { # DIRECTORY [FILES_AT_ONCE]
  node tests/run.mjs --at-once "${2:-1}" "$1"
}

bench() {
  need_pytorch
  build_page
  need_browsers
  name_wasm
  node benches/run.mjs
}

# Makes target/bench/named for the profile (benches/profile.mjs): the `fused` module, which Chromium uses, with its functions'
# names, which wasm-opt removes.
name_wasm() {
  need_wasm_bindgen
  mkdir -p target/bench
  "$wasm_bindgen" --target web --out-name polytask --out-dir target/bench/named "$(compiled fused)"
}

main "$@"
