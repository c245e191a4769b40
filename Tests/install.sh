#!/usr/bin/env bash
# `make install` in a temporary folder: the tool runs from there, its manual and completions are there, and all goes away again.
set -euo pipefail
cd "$(dirname "$0")/.."
prefix=$(mktemp -d)
trap 'rm -rf "$prefix"' EXIT
fail() { echo "install: $1" >&2; exit 1; }

make install PREFIX="$prefix"
version=$(sed -n 's/.*number = "\(.*\)".*/\1/p' Sources/GenModels/Runtime/LibraryVersion.swift)
[ "$(cd / && "$prefix/bin/ood" --version)" = "$version" ] || fail "the installed tool does not say that it is version $version."
for page in ood ood.detect ood.score; do
  grep -q '^\.Dd' "$prefix/share/man/man1/$page.1" || fail "there is no manual $page.1."
done
grep -q rows-at-once "$prefix/share/man/man1/ood.detect.run.1" || fail "the manual does not have the options of ood detect."
if command -v man >/dev/null; then
  grep -q "out-of-distribution" <(man -l "$prefix/share/man/man1/ood.1" 2>/dev/null) || fail "man can't show the manual."
fi
completions="$prefix/share/bash-completion/completions/ood"
bash -n "$completions" || fail "bash does not understand its completions."
grep -q -- --false-positive-rate "$completions" || fail "the completions lack options."
[ -s "$prefix/share/zsh/site-functions/_ood" ] && [ -s "$prefix/share/fish/vendor_completions.d/ood.fish" ] || fail "completions are missing."
make uninstall PREFIX="$prefix"
[ -z "$(find "$prefix" -type f)" ] || fail "files are left: $(find "$prefix" -type f)"
echo "install: fine"
