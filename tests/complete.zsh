# SPDX-License-Identifier: ISC
# Prints what an interactive zsh offers when Tab is pressed behind a line:
#
#   zsh -f tests/complete.zsh FOLDER LINE
#
# FOLDER has the completions. The shell that is asked runs in a terminal of its
# own and reads this file first, to print what goes through compadd, as all
# completions do.

if [[ $1 == --offer ]]; then
	fpath=($2 $fpath)
	autoload -Uz compinit
	compinit -D -u
	bindkey '^I' complete-word
	finish() { exit }
	comppostfuncs=(finish)
	compadd() {
		# With these, it fills arrays and offers nothing.
		if [[ "${@[1,(i)(-|--)]}" == *-(O|A|D)\ * ]]; then
			builtin compadd "$@"
			return
		fi
		typeset -a offered
		builtin compadd -A offered "$@"
		(( $#offered == 0 )) || print -r -- OFFER:${^offered}:
		builtin compadd "$@"
	}
	return
fi

emulate -L zsh
zmodload zsh/zpty || exit 1
zpty shell PS1= zsh -f -i
# The terminal echoes this, but READY comes from running it.
zpty -w shell "source ${(q)0:A} --offer ${(q)1}; print REA''DY"
while zpty -r shell line; do
	[[ $line == *READY* ]] && break
done
zpty -w -n shell "$2"$'\t'
while zpty -r shell line; do
	for word in ${=line}; do
		[[ $word == *OFFER:*:* ]] && print -r -- ${${word#*OFFER:}%%:*}
	done
done
exit 0
