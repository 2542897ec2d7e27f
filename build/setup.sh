# shellcheck shell=bash
# Set-up steps, sourced by build.sh. Each `need_…` returns at once if its tool is installed. Otherwise it prints one line and
# installs the tool; if it cannot, it exits with a sentence that says what to install.

say() { printf '\n==> %s\n' "$*" >&2; }
fail() { printf '\nbuild.sh: %s\n' "$*" >&2; exit 1; }

# Runs a command for at most SECONDS, or without a limit if the system has no `timeout`.
limit() { # SECONDS COMMAND...
  if command -v timeout >/dev/null; then timeout "$@"; else shift && "$@"; fi
}

# Installs Debian packages with apt-get, as root or with a sudo that asks for no password. REASON completes "needed …".
apt_install() { # REASON PACKAGE...
  local reason=$1 sudo=()
  shift
  command -v apt-get >/dev/null || return 1
  if [ "$(id -u)" -ne 0 ]; then
    sudo -n true 2>/dev/null || fail "needed $reason: sudo apt-get install $*"
    sudo=(sudo -n)
  fi
  say "installing $* with apt-get, $reason"
  "${sudo[@]}" apt-get -qq -o DPkg::Lock::Timeout=300 update &&
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive \
      apt-get -qq -y -o DPkg::Lock::Timeout=300 --no-install-recommends install "$@" >/dev/null
}

need_rust() {
  command -v cargo >/dev/null || fail "Rust is missing: install it from https://rustup.rs (or your system's packages)."
  command -v cc >/dev/null || apt_install "to link native programs" gcc libc6-dev ||
    fail "a C compiler is missing: Rust links with it."
}

# Needs Open MPI and what its Rust crate is built with: a C compiler's library that reads headers.
need_mpi() {
  command -v mpirun >/dev/null && command -v mpicc >/dev/null && ls /usr/lib/llvm-*/lib/libclang*.so* >/dev/null 2>&1 && return
  apt_install "to train on several processes" openmpi-bin libopenmpi-dev libclang-14-dev clang-14 ||
    fail "training on several processes is tested with Open MPI: install Debian's openmpi-bin libopenmpi-dev libclang-14-dev."
}

need_node() {
  command -v npm >/dev/null || apt_install "for the page's build tools" nodejs npm ||
    fail "Node.js is missing: install version 20.11 or later, with npm."
  node -e 'const [major, minor] = process.versions.node.split("."); process.exit(major * 100 + +minor < 2011 ? 1 : 0)' ||
    fail "Node.js $(node --version) is too old: install version 20.11 or later."
}

# Installs node_modules as package-lock.json says. A copy of the lock inside node_modules shows whether they are current.
need_npm_packages() { # [DIRECTORY]
  local directory=${1:-.}
  need_node
  cmp -s "$directory/package-lock.json" "$directory/node_modules/.installed-lock" && return
  say "installing the packages in $directory/package-lock.json with npm"
  npm --prefix "$directory" ci --ignore-scripts --no-audit --no-fund --loglevel=error
  cp "$directory/package-lock.json" "$directory/node_modules/.installed-lock"
}

# Needs a compiler for the browser with the source of Rust's standard library. The standard library is compiled with each build:
# threads require it, and it makes all builds smaller. Sets wasm_toolchain:
#   rustup  the cargo on PATH, if its toolchain has the source (whether rustup installed it or not)
#   debian  Debian's rustc-web and its source, for networks that do not reach rustup's servers
need_wasm_toolchain() {
  wasm_toolchain=debian
  if [ "${POLYTASK_WASM_TOOLCHAIN:-rustup}" = rustup ] && { has_std_source || { rustup_add_std_source && has_std_source; }; }; then
    wasm_toolchain=rustup
    return
  fi
  [ -x /usr/bin/cargo ] && [ -d /usr/lib/rustlib/src/rust/library/std ] && [ -x "$debian_wasm_ld" ] && return
  apt_install "to compile for the browser (or: rustup component add rust-src)" \
    rustc-web cargo-web rust-web-src lld-19 ||
    fail "the source of Rust's standard library, which is compiled for the browser along with the page's code, is" \
      "missing: run 'rustup component add rust-src' on a network that reaches Rust's servers, or install Debian's" \
      "rustc-web cargo-web rust-web-src lld-19."
}
readonly debian_wasm_ld=/usr/lib/llvm-19/bin/wasm-ld

# Fetches the source with rustup. A failed attempt takes half a minute, so it is not repeated.
rustup_add_std_source() {
  local tried=target/no-rustup-component
  command -v rustup >/dev/null && ! [ -e "$tried" ] || return 1
  say "adding the source of Rust's standard library with rustup"
  RUST_BACKTRACE=0 limit 30 rustup component add rust-src && return
  say "rustup could not; not asking it again (remove $tried to retry)"
  mkdir -p target && touch "$tried"
  return 1
}

has_std_source() {
  [ -f "$(rustc --print sysroot)/lib/rustlib/src/rust/library/Cargo.lock" ]
}

# Runs cargo for the builds in www/pkg with the same flags for all code: `plain`, from which compile_for_browser also makes
# `fused`, and `threads`. Each has its own target directory, so that their caches do not mix.
wasm_cargo() { # BUILD SUBCOMMAND ARGUMENT...
  local build=$1 subcommand=$2 flags cargo=(cargo)
  shift 2
  # Compiling the standard library takes unstable flags, which RUSTC_BOOTSTRAP enables in a stable compiler. The features leave
  # backtraces out, which browsers do not support, and choose small code over fast code.
  local environment=(RUSTC_BOOTSTRAP=1)
  local arguments=(-Z build-std=std,panic_abort -Z build-std-features=optimize_for_size
    --lib --target wasm32-unknown-unknown --target-dir "target/wasm/$build")
  flags="${wasm_rustflags:-} $(wasm_flags "$build")"
  if [ "$wasm_toolchain" = debian ]; then
    # With full paths, since rustup's commands of the same names may come first on PATH. `cargo clippy` would find rustup's too,
    # so cargo-clippy is called directly.
    environment+=(CARGO=/usr/bin/cargo RUSTC=/usr/bin/rustc)
    flags="-C linker=$debian_wasm_ld $flags"
    cargo=(/usr/bin/cargo)
    [ "$subcommand" != clippy ] || cargo=(/usr/bin/cargo-clippy)
  fi
  env "${environment[@]}" RUSTFLAGS="$flags" "${cargo[@]}" "$subcommand" "${arguments[@]}" "$@"
}

# Prints rustc's flags for a build. All builds have getrandom's backend for the browser and 8 MiB of stack: Candle's backward pass
# recurses, and an overflow of wasm's default 1 MiB goes unnoticed. LLVM's loop strength reduction is off: it does not use wasm's
# free address offsets and loads all operands of a product at once, more than there are registers (5 to 10 % slower).
wasm_flags() { # BUILD
  local features=+simd128 argument
  local flags='--cfg getrandom_backend="wasm_js" -C link-arg=-zstack-size=8388608 -C llvm-args=-disable-lsr'
  # Leaves the source locations of panics out, to make each download some kB smaller; the native build has them.
  flags+=' -Z location-detail=none'
  if [ "$1" = threads ]; then
    features+=,+relaxed-simd,+atomics,+bulk-memory,+mutable-globals
    # All threads share one memory, which the page makes, of up to 4 GiB. wasm-bindgen needs the exports to set up each thread's
    # stack and thread-local variables.
    for argument in shared-memory import-memory max-memory=4294967296 \
      export=__heap_base export=__wasm_init_tls export=__tls_size export=__tls_align export=__tls_base; do
      flags+=" -C link-arg=--$argument"
    done
  fi
  printf '%s\n' "-C target-feature=$features $flags"
}

# Needs the wasm-bindgen command in exactly the version that the library is linked against. Sets wasm_bindgen to its path.
need_wasm_bindgen() {
  local version
  version=$(awk '$1 == "name" { name = $3 } $1 == "version" && name == "\"wasm-bindgen\"" { gsub(/"/, "", $3); print $3 }' \
    Cargo.lock)
  for wasm_bindgen in wasm-bindgen target/tools/bin/wasm-bindgen; do
    [ "$("$wasm_bindgen" --version 2>/dev/null)" != "wasm-bindgen $version" ] || return 0
  done
  say "building wasm-bindgen $version with cargo (once, a minute or two)"
  # A run lasts only a second, so the command is built without optimisation, in a third of the time. --no-default-features leaves
  # a web client out.
  CARGO_PROFILE_RELEASE_OPT_LEVEL=0 cargo install --quiet --force --root target/tools --no-default-features \
    --bin wasm-bindgen --version "=$version" wasm-bindgen-cli
}

# Needs the mdBook command, with which the tests build the example book in www/examples. Sets and exports MDBOOK.
need_mdbook() {
  local version=0.5.4 own=$PWD/target/tools/bin/mdbook mdbook
  [ -z "${MDBOOK:-}" ] || return 0
  for mdbook in mdbook "$own"; do
    [ "$("$mdbook" --version 2>/dev/null)" = "mdbook v$version" ] || continue
    export MDBOOK=$mdbook
    return
  done
  say "building mdBook $version with cargo (once, a minute or two)"
  # Without optimisation, as wasm-bindgen; --no-default-features leaves its watcher, server and search out.
  CARGO_PROFILE_RELEASE_OPT_LEVEL=0 cargo install --quiet --force --locked --root target/tools --no-default-features \
    --version "=$version" mdbook
  export MDBOOK=$own
}

# Sets $cargo_fuzz.
need_fuzz() {
  local version=0.13.2
  cargo_fuzz=$PWD/target/tools/bin/cargo-fuzz
  [ "$("$cargo_fuzz" --version 2>/dev/null)" != "cargo-fuzz $version" ] || return 0
  say "building cargo-fuzz $version with cargo (once, a minute or two)"
  cargo install --quiet --force --locked --root target/tools --version "=$version" cargo-fuzz
}

# Needs CUDA's compiler and libraries: those that CUDA_HOME or PATH name, else NVIDIA's packages from PyPI. Sets and exports
# CUDA_HOME and PATH.
need_cuda() {
  local folder=$PWD/target/tools/cuda wanted=build/cuda.txt home library
  if [ -n "${CUDA_HOME-}" ]; then
    export PATH=$CUDA_HOME/bin:$PATH
    return
  fi
  if command -v nvcc >/dev/null; then
    home=$(dirname "$(dirname "$(readlink -f "$(command -v nvcc)")")")
    export CUDA_HOME=$home
    return
  fi
  if ! cmp -s "$wanted" "$folder/.installed"; then
    say "installing nvcc and CUDA's libraries into $folder (1 GB of downloads, once)"
    rm -rf "$folder"
    python3 -m venv "$folder"
    "$folder/bin/pip" install --quiet --disable-pip-version-check -r "$wanted"
    home=$(echo "$folder"/lib/python3*/site-packages/nvidia/cu13)
    ln -s ../../nccl/lib/libnccl.so.2 "$home/lib/"
    # The packages have no names without a version, and another name of the folder, for which linkers ask.
    ln -s lib "$home/lib64"
    for library in "$home"/lib/lib*.so.*; do ln -sf "${library##*/}" "${library%%.so.*}.so"; done
    # libcuda is the driver's. A machine that only builds needs something of its name.
    cc -shared -Wl,-soname,libcuda.so.1 -o "$home/lib/libcuda.so" -x c /dev/null
    cp "$wanted" "$folder/.installed"
  fi
  home=$(echo "$folder"/lib/python3*/site-packages/nvidia/cu13)
  export CUDA_HOME=$home PATH=$home/bin:$PATH
}

# Needs Sphinx and MkDocs with their themes, with which the tests build two of the examples. Without Python, or if they cannot be
# installed, these tests are skipped.
need_docs_tools() {
  local folder=target/tools/docs python=${PYTHON-python3}
  [ -n "$python" ] || return 0
  cat www/examples/constraints.txt www/examples/{sphinx,mkdocs}/requirements.txt | cmp -s - "$folder/.installed" && return
  say "installing Sphinx and MkDocs into $folder (20 MB of downloads, once)"
  rm -rf "$folder"
  { "$python" -m venv "$folder" &&
    "$folder/bin/pip" install --quiet --disable-pip-version-check \
      -r www/examples/sphinx/requirements.txt -r www/examples/mkdocs/requirements.txt &&
    cat www/examples/constraints.txt www/examples/{sphinx,mkdocs}/requirements.txt >"$folder/.installed"; } ||
    say "they could not be installed (Debian's python3-venv is needed, and PyPI): their tests will be skipped"
}

# Needs the small ones of the Python packages that read our model files in tests/command_line/export.rs (those that need PyTorch
# are left out, unless POLYTASK_PYTHON names a Python that has it). Sets and exports POLYTASK_PYTHON.
need_readers() {
  local folder=target/tools/readers python=${PYTHON-python3} wanted=tests/reference/readers.txt
  [ -z "${POLYTASK_PYTHON-}" ] && [ -n "$python" ] || return 0
  if ! cmp -s "$wanted" "$folder/.installed"; then
    say "installing ONNX Runtime and tokenizers for Python into $folder (60 MB of downloads, once)"
    rm -rf "$folder"
    { "$python" -m venv "$folder" && "$folder/bin/pip" install --quiet --disable-pip-version-check -r "$wanted" &&
      cp "$wanted" "$folder/.installed"; } ||
      { say "they could not be installed (Debian's python3-venv is needed, and PyPI): their tests will be skipped" && return 0; }
  fi
  export POLYTASK_PYTHON=$PWD/$folder/bin/python
}

# Needs React and Vite, with which the tests build another example, in target/tools/react.
need_react() {
  mkdir -p target/tools/react
  cp www/examples/react/{package.json,package-lock.json,.npmrc} target/tools/react/
  need_npm_packages target/tools/react
}

# Needs Chromium, Firefox and WebKit for the browser tests. Sets and exports CHROMIUM and FIREFOX.
need_browsers() {
  CHROMIUM=${CHROMIUM:-$(first_of chromium chromium-browser google-chrome-stable google-chrome)}
  FIREFOX=${FIREFOX:-$(first_of firefox-esr firefox)}
  if [ -z "$CHROMIUM" ] || [ -z "$FIREFOX" ]; then
    apt_install "for the browser tests" chromium firefox-esr ||
      fail "the browser tests need Chromium and Firefox: install both, or name them in CHROMIUM and FIREFOX."
    CHROMIUM=${CHROMIUM:-$(first_of chromium)}
    FIREFOX=${FIREFOX:-$(first_of firefox-esr)}
  fi
  export CHROMIUM FIREFOX
  # The package of WebKitGTK's driver includes its browser. Xvfb is a virtual screen for it.
  command -v WebKitWebDriver >/dev/null && command -v Xvfb >/dev/null ||
    apt_install "for the tests in WebKit" webkit2gtk-driver xvfb ||
    fail "the browser tests need WebKitGTK's WebKitWebDriver and Xvfb: install both."
}

first_of() { # COMMAND...: prints the path of the first command that exists, or nothing
  local command
  for command in "$@"; do
    if command -v "$command"; then return; fi
  done
}

# Needs a Python with PyTorch and its ONNX exporter, for the libraries that the benchmarks compare with. Sets and exports PYTHON.
# If it cannot be installed, the benchmarks run without these libraries and report them as missing.
need_pytorch() {
  local own=$PWD/target/bench-venv/bin/python
  export PYTHON=${PYTHON-$own}
  [ "$PYTHON" = "$own" ] || return 0
  "$PYTHON" -c 'import torch, transformers, safetensors, onnx, onnxscript, accelerate, sentence_transformers' 2>/dev/null && return
  say "installing PyTorch, transformers and ONNX into target/bench-venv (several GB of downloads, once)"
  { python3 -m venv target/bench-venv &&
    "$PYTHON" -m pip install --quiet --disable-pip-version-check -r benches/requirements.txt; } ||
    say "they could not be installed (Debian's python3-venv is needed, and PyPI): the peers that need them will be missing"
}
