# shellcheck shell=bash
# Set-up steps, sourced by build.sh. Each `need_…` returns at once where its thing is there, else says in one line what
# it fetches, and ends with a sentence on what to install where it cannot.

say() { printf '\n==> %s\n' "$*" >&2; }
fail() { printf '\nbuild.sh: %s\n' "$*" >&2; exit 1; }

# Runs a command for at most SECONDS, where the system has the tool for it.
limit() { # SECONDS COMMAND...
  if command -v timeout >/dev/null; then timeout "$@"; else shift && "$@"; fi
}

# Debian's packages, by apt: as root, or by a sudo that asks nothing. REASON goes on from "needed".
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

need_node() {
  command -v npm >/dev/null || apt_install "for the page's build tools" nodejs npm ||
    fail "Node.js is missing: install version 20.11 or later, with npm."
  node -e 'const [major, minor] = process.versions.node.split("."); process.exit(major * 100 + +minor < 2011 ? 1 : 0)' ||
    fail "Node.js $(node --version) is too old: install version 20.11 or later."
}

# node_modules as package-lock.json has it; the copy of the lock inside says whether it still is.
need_npm_packages() { # [DIRECTORY]
  local directory=${1:-.}
  need_node
  cmp -s "$directory/package-lock.json" "$directory/node_modules/.installed-lock" && return
  say "installing the packages in $directory/package-lock.json with npm"
  npm --prefix "$directory" ci --ignore-scripts --no-audit --no-fund --loglevel=error
  cp "$directory/package-lock.json" "$directory/node_modules/.installed-lock"
}

# A compiler for the browser with the source of its standard library, which is built along: for threads it must be, and all
# builds become smaller by it. Sets wasm_toolchain:
#   rustup  the cargo on PATH, which has the source (any toolchain that has it, rustup's or not)
#   debian  Debian's rustc-web and its source: for networks where rustup finds nobody
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

# Has rustup fetch the source; where it found nobody once, it is not asked again, since that takes half a minute.
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

# cargo for one of the builds that www/pkg holds, with a target directory of its own, so that none undoes another's work.
wasm_cargo() { # BUILD SUBCOMMAND ARGUMENT...
  local build=$1 subcommand=$2 flags cargo=(cargo)
  shift 2
  # Only unstable flags build the standard library along; RUSTC_BOOTSTRAP lets a stable compiler take them. It comes without
  # what prints backtraces, which no browser can, and with the smaller of two ways where it has two.
  local environment=(RUSTC_BOOTSTRAP=1)
  local arguments=(-Z build-std=std,panic_abort -Z build-std-features=optimize_for_size
    --lib --target wasm32-unknown-unknown --target-dir "target/wasm/$build")
  flags="${wasm_rustflags:-} $(wasm_flags "$build")"
  if [ "$wasm_toolchain" = debian ]; then
    # By full names, since rustup's commands of the same names may come first on PATH. `cargo clippy` would find those
    # too, hence cargo-clippy itself.
    environment+=(CARGO=/usr/bin/cargo RUSTC=/usr/bin/rustc)
    flags="-C linker=$debian_wasm_ld $flags"
    cargo=(/usr/bin/cargo)
    [ "$subcommand" != clippy ] || cargo=(/usr/bin/cargo-clippy)
  fi
  env "${environment[@]}" RUSTFLAGS="$flags" "${cargo[@]}" "$subcommand" "${arguments[@]}" "$@"
}

# What rustc is told for a build. All have getrandom's backend for the browser and 8 MiB of stack: Candle's backward pass
# recurses, and an overflow of wasm's default 1 MiB is silent. LLVM's loop strength reduction is off: it takes wasm's free
# address offsets apart and loads all of a product's operands at once, more than there are registers (5 to 10 % slower).
wasm_flags() { # BUILD
  local features=+simd128 argument
  local flags='--cfg getrandom_backend="wasm_js" -C link-arg=-zstack-size=8388608 -C llvm-args=-disable-lsr'
  # Where in a file a panic happened is told natively; here it would be some kB of every download.
  flags+=' -Z location-detail=none'
  [ "$1" = plain ] || features+=,+relaxed-simd
  if [ "$1" = threads ]; then
    features+=,+atomics,+bulk-memory,+mutable-globals
    # One memory for all threads, which the page makes, as large as wasm's addresses reach; and what wasm-bindgen needs
    # to give each thread its stack and its thread-locals.
    for argument in shared-memory import-memory max-memory=4294967296 \
      export=__heap_base export=__wasm_init_tls export=__tls_size export=__tls_align export=__tls_base; do
      flags+=" -C link-arg=--$argument"
    done
  fi
  printf '%s\n' "-C target-feature=$features $flags"
}

# The wasm-bindgen command of the very version that the library is linked against. Sets wasm_bindgen to its path.
need_wasm_bindgen() {
  local version
  version=$(awk '$1 == "name" { name = $3 } $1 == "version" && name == "\"wasm-bindgen\"" { gsub(/"/, "", $3); print $3 }' \
    Cargo.lock)
  for wasm_bindgen in wasm-bindgen target/tools/bin/wasm-bindgen; do
    [ "$("$wasm_bindgen" --version 2>/dev/null)" != "wasm-bindgen $version" ] || return 0
  done
  say "building wasm-bindgen $version with cargo (once, a minute or two)"
  # Its runs last a second, so it is not optimised, which builds in a third of the time. The features left out are a web
  # client's.
  CARGO_PROFILE_RELEASE_OPT_LEVEL=0 cargo install --quiet --force --root target/tools --no-default-features \
    --bin wasm-bindgen --version "=$version" wasm-bindgen-cli
}

# The mdBook command, with which the tests build the example book in www/examples. They find it through MDBOOK.
need_mdbook() {
  local version=0.5.4 own=$PWD/target/tools/bin/mdbook mdbook
  [ -z "${MDBOOK:-}" ] || return 0
  for mdbook in mdbook "$own"; do
    [ "$("$mdbook" --version 2>/dev/null)" = "mdbook v$version" ] || continue
    export MDBOOK=$mdbook
    return
  done
  say "building mdBook $version with cargo (once, a minute or two)"
  # As wasm-bindgen: not optimised, and without its watcher, its server and its search.
  CARGO_PROFILE_RELEASE_OPT_LEVEL=0 cargo install --quiet --force --locked --root target/tools --no-default-features \
    --version "=$version" mdbook
  export MDBOOK=$own
}

# Chromium and Firefox for the browser tests, which find them through these two variables, and WebKit.
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
  # WebKitGTK's driver brings its browser; the screen is one that nobody sees.
  command -v WebKitWebDriver >/dev/null && command -v Xvfb >/dev/null ||
    apt_install "for the tests in WebKit" webkit2gtk-driver xvfb ||
    fail "the browser tests need WebKitGTK's WebKitWebDriver and Xvfb: install both."
}

first_of() { # COMMAND...: the path of the first that exists, or nothing
  local command
  for command in "$@"; do
    if command -v "$command"; then return; fi
  done
}

# A Python with PyTorch and with what exports its models to ONNX, for the benchmarks' peers. Sets and exports PYTHON. Where
# there is none, the benchmarks run all the same and report those peers as missing.
need_pytorch() {
  local own=$PWD/target/bench-venv/bin/python
  export PYTHON=${PYTHON-$own}
  [ "$PYTHON" = "$own" ] || return 0
  "$PYTHON" -c 'import torch, transformers, safetensors, onnx, onnxscript' 2>/dev/null && return
  say "installing PyTorch, transformers and ONNX into target/bench-venv (several GB of downloads, once)"
  { python3 -m venv target/bench-venv &&
    "$PYTHON" -m pip install --quiet --disable-pip-version-check -r benches/requirements.txt; } ||
    say "they could not be installed (Debian's python3-venv is needed, and PyPI): the peers that need them will be missing"
}
