#!/usr/bin/env bash
# Builds and runs a package that depends on this one by URL and version, links GenModels and nothing else, and checks
# that what only the command-line tool and the benchmarks need (argument parser, benchmark, DocC) is never resolved
# for it. What is tested is the working tree as it stands, committed or not.
set -euo pipefail
cd "$(dirname "$0")/.."
package=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() { echo "consumer: $1" >&2; exit 1; }

# A clone whose tag 1.0.0 holds the working tree.
clone="$work/swift-ood"
git clone --quiet --no-checkout "$package" "$clone"
clone_git() { git --git-dir="$clone/.git" --work-tree="$package" "$@"; }
clone_git add --all
clone_git -c user.name=consumer -c user.email=consumer@localhost commit --quiet --allow-empty --message "Working tree"
clone_git tag 1.0.0

importer="$work/importer"
mkdir -p "$importer/Sources/importer"
cat > "$importer/Package.swift" <<END
// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "importer",
  platforms: [.macOS(.v15)],
  dependencies: [.package(url: "file://$clone", from: "1.0.0")],
  targets: [
    .executableTarget(name: "importer", dependencies: [.product(name: "GenModels", package: "swift-ood")])
  ])
END
cat > "$importer/Sources/importer/main.swift" <<'END'
import GenModels
var random = RandomGenerator(seed: 1)
print(random.normal([2, 3]).shape)
END

# The user's own cache stays as it is.
flags=(--package-path "$importer" --cache-path "$work/cache")
swift build "${flags[@]}" --configuration release --quiet
output=$("$importer/.build/release/importer")
[ "$output" = "[2, 3]" ] || fail "the importer printed '$output' and not '[2, 3]'."

resolved=$(sed -n 's/.*"identity" : "\(.*\)".*/\1/p' "$importer/Package.resolved")
[ "$resolved" = swift-ood ] || fail "an importer resolves more than swift-ood: $resolved"
checkouts=$(ls "$importer/.build/checkouts")
[ "$checkouts" = swift-ood ] || fail "an importer checks out more than swift-ood: $checkouts"
fetched=$(ls "$importer/.build/repositories" | grep -v '^swift-ood-' || true)
[ -z "$fetched" ] || fail "an importer fetches more than swift-ood: $fetched"
dependencies=$(swift package "${flags[@]}" show-dependencies --format flatlist)
[ "$dependencies" = swift-ood ] || fail "an importer depends on more than swift-ood: $dependencies"
echo "consumer: a package that links GenModels builds, runs, and resolves swift-ood alone."
