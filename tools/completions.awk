# SPDX-License-Identifier: ISC
# Makes the completions of a shell from the table of options: awk -v shell=bash
# (zsh, fish) -f completions.awk options.def. See there for what rows mean.
#
# For any awk that POSIX describes.

# Splits a row's fields at the commas that are outside of strings and
# parentheses.
function split_row(text, fields,    n, i, c, depth, quoted) {
	n = 1
	fields[1] = ""
	for (i = 1; i <= length(text); i++) {
		c = substr(text, i, 1)
		if (c == "\\" && quoted)
			c = c substr(text, ++i, 1)
		else if (c == "\"")
			quoted = !quoted
		else if (c == "(" && !quoted)
			depth++
		else if (c == ")" && !quoted)
			depth--
		if (c == "," && !quoted && depth == 0)
			fields[++n] = ""
		else
			fields[n] = fields[n] c
	}
	return n
}

# The text of a field's string literals; lines become words.
function text_of(field,    text) {
	text = ""
	while (match(field, /"([^"\\]|\\.)*"/)) {
		text = text substr(field, RSTART + 1, RLENGTH - 2)
		field = substr(field, RSTART + RLENGTH)
	}
	gsub(/\\n/, " ", text)
	gsub(/\\"/, "\"", text)
	return text
}

function add_row(row,    fields) {
	if (split_row(row, fields) != 8) {
		print "completions.awk: not a row: " row >"/dev/stderr"
		failed = 1
		exit 1
	}
	count++
	name[count] = text_of(fields[2])
	letter[count] = match(fields[3], /'.'/) ? \
	    substr(fields[3], RSTART + 1, 1) : ""
	argument[count] = text_of(fields[4])
	dispatch[count] = fields[5] ~ /FOR_DISPATCH/
	help[count] = text_of(fields[8])
	optional[count] = argument[count] ~ /^\[=/
	files[count] = argument[count] ~ /^FILE(\|-)?$/
	words[count] = ""
	if (argument[count] ~ /^[a-z]+(\|[a-z]+)+$/) {
		words[count] = argument[count]
		gsub(/\|/, " ", words[count])
	}
}

/^OPTION\(/ {
	row = ""
	inside = 1
}
inside {
	row = row " " $0
}
inside && /"\)$/ {
	sub(/^ OPTION\(/, "", row)
	sub(/\)$/, "", row)
	add_row(row)
	inside = 0
}

# For 'strings' of any of the shells.
function quote(text) {
	gsub(/'/, "'\\''", text)
	return "'" text "'"
}

# The names of the options for which the shell has the same completions.
function bash_case(kind,    i, list) {
	list = ""
	for (i = 1; i <= count; i++) {
		if (optional[i] || argument[i] == "" || kind != \
		    (files[i] ? "files" : words[i] != "" ? words[i] : "other"))
			continue
		list = list (list == "" ? "" : "|") name[i] \
		    (letter[i] == "" ? "" : "|-" letter[i])
	}
	return list
}

function bash_names(await,    i, list) {
	list = ""
	for (i = 1; i <= count; i++)
		if (!await || !dispatch[i])
			list = list " " name[i] (optional[i] ? " " name[i] \
			    "=" : "")
	return substr(list, 2)
}

function bash(    i) {
	print "# Completions of return-dispatch(1) for bash."
	print "_return_dispatch()"
	print "{"
	print "\tlocal cur=${COMP_WORDS[COMP_CWORD]} IFS=$'\\n' command i"
	print "\tlocal prev=${COMP_WORDS[COMP_CWORD-1]}"
	print ""
	print "\tCOMPREPLY=()"
	print "\t# \"=\" is a word of its own here."
	print "\tif [[ $cur == = ]]; then"
	print "\t\tcur="
	print "\telif [[ $prev == = ]]; then"
	print "\t\tprev=${COMP_WORDS[COMP_CWORD-2]}"
	print "\tfi"
	print "\tfor ((i = 1; i < COMP_CWORD; i++)); do"
	print "\t\t[[ ${COMP_WORDS[i]} == await ]] && command=await"
	print "\tdone"
	print "\tcase $prev in"
	print "\t" bash_case("files") ")"
	print "\t\tcompopt -o filenames 2>/dev/null"
	print "\t\tCOMPREPLY=($(compgen -f -- \"$cur\"))"
	print "\t\treturn ;;"
	for (i = 1; i <= count; i++) {
		if (words[i] == "" || words[i] in done)
			continue
		done[words[i]] = 1
		print "\t" bash_case(words[i]) ")"
		print "\t\tIFS=' '"
		print "\t\tCOMPREPLY=($(compgen -W '" words[i] \
		    "' -- \"$cur\"))"
		print "\t\treturn ;;"
	}
	print "\t" bash_case("other") ")"
	print "\t\treturn ;;"
	print "\tesac"
	print "\tIFS=$' \\n'"
	print "\tif [[ $command == await ]]; then"
	print "\t\tCOMPREPLY=($(compgen -W '" bash_names(1) "' -- \"$cur\"))"
	print "\telse"
	print "\t\tCOMPREPLY=($(compgen -W 'await check " bash_names(0) \
	    "' -- \"$cur\"))"
	print "\tfi"
	print "}"
	print "complete -F _return_dispatch return-dispatch"
}

# A specification for _arguments.
function zsh_spec(i,    text, tail) {
	text = help[i]
	gsub(/[][\\]/, "\\\\&", text)
	tail = ""
	if (argument[i] != "") {
		tail = argument[i]
		if (optional[i])
			tail = substr(tail, 3, length(tail) - 3)
		tail = (optional[i] ? "::" : ":") tail ":" (files[i] ? \
		    "_files" : words[i] != "" ? "(" words[i] ")" : " ")
	}
	text = "[" text "]" tail
	if (letter[i] == "")
		return quote((help[i] ~ /repeatable/ ? "*" : "") name[i] \
		    (argument[i] == "" ? "" : optional[i] ? "=-" : "=") text)
	return (help[i] ~ /repeatable/ ? "'*'" : quote("(-" letter[i] " " \
	    name[i] ")")) "{-" letter[i] (argument[i] == "" ? "" : "+") "," \
	    name[i] (argument[i] == "" ? "" : "=") "}" quote(text)
}

function zsh(    i) {
	print "#compdef return-dispatch"
	print "# Completions of return-dispatch(1) for zsh."
	print "local -a options"
	print "options=("
	for (i = 1; i <= count; i++)
		if (!dispatch[i])
			print "\t" zsh_spec(i)
	print ")"
	print "if (( words[(I)await] && words[(I)await] < CURRENT )); then"
	print "\t_arguments -s -S $options '1:command:(await)' '*:RUN: '"
	print "else"
	print "\toptions+=("
	for (i = 1; i <= count; i++)
		if (dispatch[i])
			print "\t\t" zsh_spec(i)
	print "\t)"
	print "\t_arguments -s -S $options '1:command:(await check)'"
	print "fi"
}

function fish(    i, line, dispatching) {
	dispatching = "-n 'not __fish_seen_subcommand_from await' "
	print "# Completions of return-dispatch(1) for fish."
	print "complete -c return-dispatch -f"
	print "complete -c return-dispatch " dispatching "-a await " \
	    "-d 'wait for runs that already exist'"
	print "complete -c return-dispatch " dispatching "-a check " \
	    "-d 'try what a dispatch needs'"
	for (i = 1; i <= count; i++) {
		line = "complete -c return-dispatch " \
		    (dispatch[i] ? dispatching : "")
		if (letter[i] != "")
			line = line "-s " letter[i] " "
		line = line "-l " substr(name[i], 3) " "
		if (files[i])
			line = line "-r -F "
		else if (argument[i] != "" && !optional[i])
			line = line "-x "
		if (words[i] != "")
			line = line "-a " quote(words[i]) " "
		text = help[i]
		gsub(/\\/, "\\\\", text)
		gsub(/'/, "\\'", text)
		print line "-d '" text "'"
	}
}

END {
	if (failed)
		exit 1
	if (inside || count == 0) {
		print "completions.awk: no rows" >"/dev/stderr"
		exit 1
	}
	if (shell == "bash")
		bash()
	else if (shell == "zsh")
		zsh()
	else
		fish()
}
