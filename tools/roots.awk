# SPDX-License-Identifier: ISC
# Makes a C table of trust anchors from certificates in PEM: of each its dates,
# subject and key, which follow one another in a certificate (RFC 5280, 4.1).
# See src/net/roots.h and tools/roots.sh. `origin` says whose set it is.
#
# For any awk that POSIX describes.

BEGIN {
	digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	digits = digits "0123456789+/"
	for (i = 0; i < 64; i++)
		value[substr(digits, i + 1, 1)] = i
	for (i = 0; i < 256; i++)
		hex[i] = sprintf("%02x", i)
	roots = 0
	inside = failed = 0
	newest = ""
}

{ sub(/\r$/, "") }

$0 == "-----BEGIN CERTIFICATE-----" {
	inside = 1
	text = ""
	next
}

$0 == "-----END CERTIFICATE-----" && inside {
	inside = 0
	certificate(text)
	next
}

inside { text = text $0 }

END {
	if (failed)
		exit 1
	if (roots == 0 && origin != "")
		fail("no certificate of a CA")
	print_table()
}

function fail(why)
{
	print "roots.awk: " (FILENAME ? FILENAME : origin) ": " why \
	    > "/dev/stderr"
	failed = 1
	exit 1
}

# Fills byte[0..n-1] from base64 and returns n.
function decode(text,    i, n, c, bits, v)
{
	gsub(/[ \t=]/, "", text)
	bits = n = 0
	for (i = 1; i <= length(text); i++) {
		c = substr(text, i, 1)
		if (!(c in value))
			fail("not base64, up to line " FNR)
		v = value[c]
		if (i % 4 == 1) {
			bits = v
			continue
		}
		bits = bits * 64 + v
		if (i % 4 == 2) {
			byte[n++] = int(bits / 16)
			bits %= 16
		} else if (i % 4 == 3) {
			byte[n++] = int(bits / 4)
			bits %= 4
		} else {
			byte[n++] = bits
		}
	}
	return n
}

# Reads the head of the element at `at`: its tag, where its contents begin,
# and where the next element does.
function element(at, stop,    n, len)
{
	tag = at + 1 < stop ? byte[at] : -1
	len = byte[at + 1]
	inner = at + 2
	if (len >= 128) {
		n = len - 128
		for (len = 0; n > 0 && inner < stop; n--)
			len = len * 256 + byte[inner++]
	}
	after = inner + len
	if (tag == -1 || after > stop)
		fail("a certificate is cut, up to line " FNR)
}

# An element that must have this tag.
function expect(wanted, at, stop)
{
	element(at, stop)
	if (tag != wanted)
		fail("no certificate, up to line " FNR)
}

function bytes(at, stop,    s)
{
	for (s = ""; at < stop; at++)
		s = s hex[byte[at]]
	return s
}

# The date of a UTCTime or GeneralizedTime as YYYY-MM-DD.
function date(at,    s, i)
{
	element(at, at + 32)
	s = ""
	for (i = inner; i < after; i++)
		s = s (byte[i] - 48)
	if (tag == 23)
		s = (substr(s, 1, 2) < "50" ? "20" : "19") s
	return substr(s, 1, 4) "-" substr(s, 5, 2) "-" substr(s, 7, 2)
}

# Whether the extensions, from `at` on, say that this is a CA, and one without
# limits, which would not be compiled in: name constraints, or an extended key
# usage that does not include servers.
function is_ca(at, stop,    end, found, text)
{
	for (; at < stop; at = after) {
		element(at, stop)
		if (tag == 163)
			break
	}
	if (at >= stop)
		return 0
	expect(48, inner, after)
	end = after
	for (at = inner; at < end; at = after) {
		expect(48, at, end)
		text = bytes(inner, after)
		if (text ~ /^0603551d13(0101ff)?04..30..0101ff/)
			found = 1
		if (text ~ /^0603551d1e/ || (text ~ /^0603551d25/ &&
		    text !~ /06082b06010505070301/))
			return 0
	}
	return found
}

function certificate(text,    n, at, stop, validity, dates, subject, key, rest)
{
	n = decode(text)
	expect(48, 0, n)
	if (after != n)
		fail("something follows a certificate, up to line " FNR)
	expect(48, inner, n)
	stop = after
	at = inner
	versioned = 0
	element(at, stop)
	if (tag == 160) {
		versioned = 1
		at = after
	}
	expect(2, at, stop)			# serial number
	expect(48, after, stop)			# algorithm
	expect(48, after, stop)			# issuer
	validity = after
	expect(48, validity, stop)
	dates = inner
	subject = after
	expect(48, subject, stop)
	key = after
	expect(48, key, stop)
	rest = after
	# What is compiled in may sign for others, whatever it was made for.
	if (versioned && !is_ca(rest, stop)) {
		print "roots.awk: " FILENAME ": no CA's certificate, or " \
		    "one with limits, left out, up to line " FNR \
		    > "/dev/stderr"
		return
	}
	at = date(dates)
	if (date(after) < today) {
		print "roots.awk: " FILENAME ": expired, left out, up to line " \
		    FNR > "/dev/stderr"
		return
	}
	if (at > newest)
		newest = at
	add_root(bytes(subject, key), bytes(validity, rest),
	    subject - validity, key - validity, rest - validity)
}

# Keeps the roots sorted by subject, and each once.
function add_root(name, data, subject_at, key_at, len,    i)
{
	for (i = roots; i > 0 && sort_key[i - 1] > name data; i--) {
		sort_key[i] = sort_key[i - 1]
		root_data[i] = root_data[i - 1]
		root_parts[i] = root_parts[i - 1]
		root_len[i] = root_len[i - 1]
	}
	if (i > 0 && sort_key[i - 1] == name data) {
		for (; i < roots; i++) {
			sort_key[i] = sort_key[i + 1]
			root_data[i] = root_data[i + 1]
			root_parts[i] = root_parts[i + 1]
			root_len[i] = root_len[i + 1]
		}
		return
	}
	if (len > 65535)
		fail("a key too long, up to line " FNR)
	sort_key[i] = name data
	root_data[i] = data
	root_parts[i] = subject_at ", " key_at ", " len
	root_len[i] = len
	roots++
}

function print_table(    i, k, at, line)
{
	gsub(/[\\"]/, "?", origin)
	print "/* Made by tools/roots.sh; not to be edited. */"
	print "#include \"compat.h\"\n"
	print "#include \"net/roots.h\"\n"
	print "const size_t roots_count = " roots ";\n"
	print "const char roots_origin[] ="
	print "    \"" (roots ? origin ", compiled in" : "") "\";\n"
	print "const char roots_newest[] = \"" newest "\";\n"
	print "const struct root roots_table[] = {"
	at = 0
	for (i = 0; i < roots; i++) {
		print "\t{ " at ", " root_parts[i] " },"
		at += root_len[i]
	}
	# C has no empty arrays.
	print (roots ? "" : "\t{ 0, 0, 0, 0 }\n") "};\n"
	print "const unsigned char roots_data[] = {"
	for (i = 0; i < roots; i++)
		for (k = 1; k <= length(root_data[i]); k += 24) {
			line = substr(root_data[i], k, 24)
			gsub(/../, "0x&,", line)
			print "\t" line
		}
	print (roots ? "" : "\t0\n") "};"
}
