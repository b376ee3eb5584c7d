#!/bin/sh
# SPDX-License-Identifier: ISC
# What each shell completes is what --help has: of a dispatch and of await. Run
# where the program was built. Shells that are not installed are left out.

# Not to be run here: built for another machine.
./return-dispatch --version >/dev/null || exit 77

failed=0
tmp=${TMPDIR:-/tmp}/completions.$$
mkdir "$tmp" || exit 1
trap 'rm -rf "$tmp"' EXIT

# expect NAME: standard input has these lines, in any order.
expect() {
	sort -u >"$tmp/found"
	if diff "$tmp/$1" "$tmp/found"; then
		echo "ok - $2"
	else
		echo "not ok - $2"
		failed=1
	fi
}

help_options() {
	./return-dispatch "$@" --help |
	    sed -n -e 's/^      \(--[a-z-]*\).*/\1/p' \
	    -e 's/^  -., \(--[a-z-]*\).*/\1/p' | sort -u
}

help_options >"$tmp/dispatch" && help_options await >"$tmp/await" || exit 1
printf '%s\n' id json text url >"$tmp/formats"
[ "$(wc -l <"$tmp/await")" -gt 15 ] || { echo "not ok - help"; exit 1; }

# The names in the files themselves, where no shell can be asked.
for file in return-dispatch _return-dispatch return-dispatch.fish; do
	sed -e 's/ -l / --/g' -e 's/^#.*//' "completions/$file" |
	    grep -oe '--[a-z][a-z-]*' | expect dispatch "names in $file"
done

bash_completes() {
	bash -c 'source completions/return-dispatch
	    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
	    _return_dispatch && printf "%s\n" "${COMPREPLY[@]}"' bash "$@"
}
if command -v bash >/dev/null; then
	bash_completes return-dispatch -- | grep -v = |
	    expect dispatch "bash, a dispatch"
	bash_completes return-dispatch await -- | expect await "bash, await"
	bash_completes return-dispatch --format = '' |
	    expect formats "bash, formats"
	: >"$tmp/file name"
	printf '%s\n' "$tmp/file name" >"$tmp/files"
	bash_completes return-dispatch --cacert "$tmp/file n" |
	    expect files "bash, files"
fi

fish_completes() {
	fish --no-config -c "source completions/return-dispatch.fish
	    complete -C '$1'" | cut -f 1
}
if command -v fish >/dev/null; then
	fish_completes 'return-dispatch --' | expect dispatch "fish, a dispatch"
	fish_completes 'return-dispatch await --' | expect await "fish, await"
	fish_completes 'return-dispatch --format ' |
	    expect formats "fish, formats"
fi

zsh_completes() {
	timeout 100 zsh -f "${0%/*}/complete.zsh" "$PWD/completions" "$1"
}
if command -v zsh >/dev/null; then
	zsh_completes 'return-dispatch --' | expect dispatch "zsh, a dispatch"
	zsh_completes 'return-dispatch await --' | expect await "zsh, await"
	zsh_completes 'return-dispatch --format ' |
	    expect formats "zsh, formats"
fi
exit $failed
