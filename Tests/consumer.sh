#!/usr/bin/env bash
# Builds and runs a package that depends on this one by URL and version, and checks that what only the command-line tool
# and the benchmarks need (argument parser, benchmark, DocC) is never resolved for it. One of its programs links GenModels
# and nothing else. The other brings a detector, a bijection and a layer of its own: they train, are saved in one process
# and loaded in another with the same bits, and keep the laws of OODLaws. What is tested is the working tree as it stands,
# committed or not.
set -euo pipefail
cd "$(dirname "$0")/.."
package=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() { echo "consumer: $1" >&2; exit 1; }

# What the README tells an importer to write into their manifest.
readme_dependency=$(grep -o '\.package(url: "[^"]*", from: "[^"]*")' README.md) || fail "README.md names no dependency."
readme_products=$(sed -n 's/^dependencies: \(\[\.product(.*\]\)$/\1/p' README.md)
[ -n "$readme_products" ] || fail "README.md names no products."
version=$(sed 's/.*from: "\(.*\)")/\1/' <<< "$readme_dependency")

# A clone whose tag holds the working tree.
clone="$work/swift-ood"
git clone --quiet --no-checkout "$package" "$clone"
clone_git() { git --git-dir="$clone/.git" --work-tree="$package" "$@"; }
clone_git add --all
clone_git -c user.name=consumer -c user.email=consumer@localhost commit --quiet --allow-empty --message "Working tree"
clone_git tag "$version"

importer="$work/importer"
mkdir -p "$importer"
cp -R Tests/Consumer "$importer/Sources"
cat > "$importer/Package.swift" <<END
// swift-tools-version: 6.2
import PackageDescription

func product(_ name: String) -> Target.Dependency { .product(name: name, package: "swift-ood") }

let package = Package(
  name: "importer",
  platforms: [.macOS(.v15)],
  dependencies: [$(sed "s|url: \"[^\"]*\"|url: \"file://$clone\"|" <<< "$readme_dependency")],
  targets: [
    .executableTarget(name: "importer", dependencies: [product("GenModels")]),
    .executableTarget(
      name: "parts", dependencies: $readme_products + ["OODDetectors", "OODLaws"].map(product)),
  ])
END

# Without optimization, which takes most of a build's time: the suite tests optimized code. The user's own cache stays as it is.
flags=(--package-path "$importer" --cache-path "$work/cache")
swift build "${flags[@]}" --quiet
output=$("$importer/.build/debug/importer")
[ "$output" = "[2, 3]" ] || fail "the importer printed '$output' and not '[2, 3]'."

files="$work/files"
mkdir "$files"
"$importer/.build/debug/parts" train "$files" > "$work/saved.txt"
"$importer/.build/debug/parts" load "$files" > "$work/loaded.txt"
[ "$(wc -l < "$work/saved.txt")" = 5 ] || fail "the importer saved other models than five: $(cut -c 1-80 "$work/saved.txt")"
cmp "$work/saved.txt" "$work/loaded.txt" || fail "models of the importer's own parts answer otherwise when loaded."
laws=$("$importer/.build/debug/parts" laws) || fail "the importer's laws ended with an error: $laws"
[ "$laws" = "no violation" ] || fail "the importer's own parts break laws: $laws"

resolved=$(sed -n 's/.*"identity" : "\(.*\)".*/\1/p' "$importer/Package.resolved")
[ "$resolved" = swift-ood ] || fail "an importer resolves more than swift-ood: $resolved"
checkouts=$(ls "$importer/.build/checkouts")
[ "$checkouts" = swift-ood ] || fail "an importer checks out more than swift-ood: $checkouts"
fetched=$(ls "$importer/.build/repositories" | grep -v '^swift-ood-' || true)
[ -z "$fetched" ] || fail "an importer fetches more than swift-ood: $fetched"
dependencies=$(swift package "${flags[@]}" show-dependencies --format flatlist)
[ "$dependencies" = swift-ood ] || fail "an importer depends on more than swift-ood: $dependencies"
echo "consumer: a package that links GenModels builds, runs, and resolves swift-ood alone;"
echo "consumer: its own detector, bijection and layer train, come back from files to the bit, and keep the laws."
