/* SPDX-License-Identifier: ISC */
/*
 * The response parser.  Every message of the table is fed whole, byte by byte
 * and cut at every point, and must come to the same end each time; each piece
 * is a block of its own, so that reading beyond it is caught.
 */
#include "unit.h"

#include <stdio.h>

#include "http/response.h"

/* What happens to the connection behind the message. */
enum ending {
	OPEN,  /* nothing */
	CLEAN, /* a proper end */
	CUT    /* none */
};

struct vector {
	const char *name;
	const char *raw;
	size_t len;
	enum ending ending;
	enum response_progress progress;
	unsigned int status;
	const char *body; /* BAD: the error */
	bool keep_alive;
	size_t left; /* bytes behind the answer */
	enum request_method method;
};

#define OK      "HTTP/1.1 200 OK\r\n"
#define CHUNKED OK "Transfer-Encoding: chunked\r\n\r\n"
#define BAD(name, raw, status, error)                                      \
	{                                                                  \
		name, LIT(raw), OPEN, RESPONSE_BAD, status, error, 0, 0, 0 \
	}
#define BAD_END(name, raw, ending, status, error)                            \
	{                                                                    \
		name, LIT(raw), ending, RESPONSE_BAD, status, error, 0, 0, 0 \
	}
#define GOOD(name, raw, status, body, keep_alive, left)                        \
	{                                                                      \
		name, LIT(raw), OPEN, RESPONSE_DONE, status, body, keep_alive, \
		    left, 0                                                    \
	}
#define MORE(name, raw, status)                                            \
	{                                                                  \
		name, LIT(raw), OPEN, RESPONSE_MORE, status, NULL, 0, 0, 0 \
	}

#define NOT_HTTP   "the answer is not HTTP/1.x"
#define BAD_LENGTH "a bad or contradictory Content-Length"
#define BAD_FIELD  "a malformed header field"
#define BAD_BYTE   "a NUL or bare CR in the head"
#define BAD_CHUNK  "a bad chunk size"
#define NO_CR      "a chunk line ends without CR"
#define TOO_LONG   "the body is over 32 MiB"
#define CUT_SHORT  "the answer was cut short"
#define NO_ANSWER  "the connection was closed before an answer"

static const struct vector vectors[] = {
	/* Content-Length */
	GOOD("length", OK "Content-Length: 5\r\n\r\nhello", 200, "hello", true,
	    0),
	GOOD("length zero", OK "Content-Length: 0\r\n\r\n", 200, "", true, 0),
	GOOD("length in any case", OK "cOnTeNt-LeNgTh: 2\r\n\r\nab", 200, "ab",
	    true, 0),
	GOOD("length without space", OK "Content-Length:2\r\n\r\nab", 200, "ab",
	    true, 0),
	GOOD("length in space", OK "Content-Length: \t 2 \t \r\n\r\nab", 200,
	    "ab", true, 0),
	GOOD("length with leading zeros", OK "Content-Length: 0002\r\n\r\nab",
	    200, "ab", true, 0),
	GOOD("bytes behind", OK "Content-Length: 2\r\n\r\nabHTTP/1.1", 200,
	    "ab", true, 8),
	GOOD("bytes behind no body", OK "Content-Length: 0\r\n\r\nx", 200, "",
	    true, 1),
	GOOD("body of CRLFs", OK "Content-Length: 4\r\n\r\n\r\n\r\n", 200,
	    "\r\n\r\n", true, 0),
	GOOD("equal lengths",
	    OK "Content-Length: 2\r\nContent-Length: 2\r\n"
	       "\r\nab",
	    200, "ab", true, 0),
	GOOD("list of equal lengths", OK "Content-Length: 2, 2\r\n\r\nab", 200,
	    "ab", true, 0),
	GOOD("list and line",
	    OK "Content-Length: 2,2\r\nA: b\r\n"
	       "content-length: 2\r\n\r\nab",
	    200, "ab", true, 0),
	BAD("unequal lengths",
	    OK "Content-Length: 2\r\nContent-Length: 3\r\n"
	       "\r\nab",
	    200, BAD_LENGTH),
	BAD("list of unequal lengths", OK "Content-Length: 5, 6\r\n\r\n", 200,
	    BAD_LENGTH),
	BAD("lengths equal but in value",
	    OK "Content-Length: 2\r\n"
	       "Content-Length: x2\r\n\r\nab",
	    200, BAD_LENGTH),
	BAD("empty length", OK "Content-Length:\r\n\r\n", 200, BAD_LENGTH),
	BAD("blank length", OK "Content-Length: \t \r\n\r\n", 200, BAD_LENGTH),
	BAD("empty list element", OK "Content-Length: 5,\r\n\r\n", 200,
	    BAD_LENGTH),
	BAD("empty first element", OK "Content-Length: ,5\r\n\r\n", 200,
	    BAD_LENGTH),
	BAD("negative length", OK "Content-Length: -1\r\n\r\n", 200,
	    BAD_LENGTH),
	BAD("negative zero", OK "Content-Length: -0\r\n\r\n", 200, BAD_LENGTH),
	BAD("length with plus", OK "Content-Length: +5\r\n\r\nhello", 200,
	    BAD_LENGTH),
	BAD("hexadecimal length", OK "Content-Length: 0x5\r\n\r\nhello", 200,
	    BAD_LENGTH),
	BAD("hexadecimal digits", OK "Content-Length: a\r\n\r\n", 200,
	    BAD_LENGTH),
	BAD("length with unit", OK "Content-Length: 5b\r\n\r\nhello", 200,
	    BAD_LENGTH),
	BAD("length with fraction", OK "Content-Length: 5.0\r\n\r\nhello", 200,
	    BAD_LENGTH),
	BAD("length with exponent", OK "Content-Length: 1e1\r\n\r\n", 200,
	    BAD_LENGTH),
	BAD("quoted length", OK "Content-Length: \"5\"\r\n\r\nhello", 200,
	    BAD_LENGTH),
	BAD("two lengths without comma", OK "Content-Length: 5 5\r\n\r\nhello",
	    200, BAD_LENGTH),
	BAD("length of 2^64",
	    OK "Content-Length: 18446744073709551616\r\n"
	       "\r\n",
	    200, BAD_LENGTH),
	BAD("length of 2^64+5",
	    OK "Content-Length: 18446744073709551621\r\n"
	       "\r\nhello",
	    200, BAD_LENGTH),
	BAD("length of 2^63",
	    OK "Content-Length: 9223372036854775808\r\n"
	       "\r\n",
	    200, TOO_LONG),
	BAD("length of 2^32+5", OK "Content-Length: 4294967301\r\n\r\nhello",
	    200, TOO_LONG),
	BAD("greatest length, then another",
	    OK "Content-Length: 18446744073709551615\r\nContent-Length: 5\r\n"
	       "\r\nhello",
	    200, BAD_LENGTH),
	BAD("length one over the limit",
	    OK "Content-Length: 33554433\r\n"
	       "\r\n",
	    200, TOO_LONG),
	MORE(
	    "length at the limit", OK "Content-Length: 33554432\r\n\r\nx", 200),
	MORE("body not all there", OK "Content-Length: 5\r\n\r\nhell", 200),
	BAD_END("body cut, clean end", OK "Content-Length: 5\r\n\r\nhell",
	    CLEAN, 200, CUT_SHORT),
	BAD_END("body cut, unclean end", OK "Content-Length: 5\r\n\r\n", CUT,
	    200, CUT_SHORT),
	BAD("unequal error lengths",
	    "HTTP/1.1 422 No\r\nContent-Length: 1\r\n"
	    "Content-Length: 2\r\n\r\n",
	    422, BAD_LENGTH),

	/* chunked */
	GOOD("chunks", CHUNKED "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n", 200,
	    "hello world", true, 0),
	GOOD("no chunks", CHUNKED "0\r\n\r\n", 200, "", true, 0),
	GOOD("upper-case size", CHUNKED "A\r\n0123456789\r\n0\r\n\r\n", 200,
	    "0123456789", true, 0),
	GOOD("lower-case size", CHUNKED "b\r\n0123456789a\r\n0\r\n\r\n", 200,
	    "0123456789a", true, 0),
	GOOD("two-digit size",
	    CHUNKED "1a\r\n"
		    "abcdefghijklmnopqrstuvwxyz\r\n0\r\n\r\n",
	    200, "abcdefghijklmnopqrstuvwxyz", true, 0),
	GOOD("16 digits", CHUNKED "0000000000000003\r\nabc\r\n0\r\n\r\n", 200,
	    "abc", true, 0),
	GOOD("last chunk of many zeros", CHUNKED "3\r\nabc\r\n0000\r\n\r\n",
	    200, "abc", true, 0),
	GOOD("extensions",
	    CHUNKED "3;a\r\nabc\r\n3;b=c;d=\"e f\"\r\ndef\r\n"
		    "0;z\r\n\r\n",
	    200, "abcdef", true, 0),
	GOOD("space before the extension",
	    CHUNKED "3 \t; a = b\r\nabc\r\n"
		    "0\r\n\r\n",
	    200, "abc", true, 0),
	GOOD("trailers", CHUNKED "3\r\nabc\r\n0\r\nETag: x\r\nA: b\r\n\r\n",
	    200, "abc", true, 0),
	GOOD("a length among the trailers counts for nothing",
	    CHUNKED "3\r\nabc\r\n0\r\nContent-Length: 50\r\n\r\n", 200, "abc",
	    true, 0),
	GOOD("bytes behind the chunks", CHUNKED "3\r\nabc\r\n0\r\n\r\nHTTP",
	    200, "abc", true, 4),
	GOOD("chunk of CRLFs", CHUNKED "4\r\n\r\n\r\n\r\n0\r\n\r\n", 200,
	    "\r\n\r\n", true, 0),
	GOOD("chunk that looks like an end",
	    CHUNKED "5\r\n0\r\n\r\n\r\n0\r\n"
		    "\r\n",
	    200, "0\r\n\r\n", true, 0),
	GOOD("coding in any case",
	    OK "transfer-encoding:  CHUNKED \r\n\r\n"
	       "1\r\nx\r\n0\r\n\r\n",
	    200, "x", true, 0),
	BAD("17 digits", CHUNKED "00000000000000003\r\nabc\r\n0\r\n\r\n", 200,
	    "the chunk size overflows"),
	BAD("size of 2^64+3", CHUNKED "10000000000000003\r\nabc\r\n", 200,
	    "the chunk size overflows"),
	BAD("size of 2^64-1", CHUNKED "ffffffffffffffff\r\nabc\r\n", 200,
	    TOO_LONG),
	BAD("size of 2^63", CHUNKED "8000000000000000\r\nabc\r\n", 200,
	    TOO_LONG),
	BAD("size of 2^32", CHUNKED "100000000\r\nabc\r\n", 200, TOO_LONG),
	BAD("size one over the limit", CHUNKED "2000001\r\n", 200, TOO_LONG),
	BAD("sizes that add up over the limit", CHUNKED "1\r\na\r\n2000000\r\n",
	    200, TOO_LONG),
	BAD("sizes that wrap around",
	    CHUNKED "1\r\na\r\n"
		    "ffffffffffffffff\r\n",
	    200, TOO_LONG),
	MORE("size at the limit", CHUNKED "2000000\r\nx", 200),
	MORE("sizes that add up to the limit", CHUNKED "1\r\na\r\n1ffffff\r\n",
	    200),
	BAD("no size", CHUNKED "\r\nabc\r\n", 200, BAD_CHUNK),
	BAD("extension without size", CHUNKED ";a=b\r\nabc\r\n", 200,
	    BAD_CHUNK),
	BAD("size not hexadecimal", CHUNKED "g\r\n", 200, BAD_CHUNK),
	BAD("size with prefix", CHUNKED "0x3\r\nabc\r\n0\r\n\r\n", 200,
	    BAD_CHUNK),
	BAD("size with sign", CHUNKED "-3\r\nabc\r\n0\r\n\r\n", 200, BAD_CHUNK),
	BAD("size with plus", CHUNKED "+3\r\nabc\r\n0\r\n\r\n", 200, BAD_CHUNK),
	BAD("size after a space", CHUNKED " 3\r\nabc\r\n0\r\n\r\n", 200,
	    BAD_CHUNK),
	BAD("two sizes", CHUNKED "3 3\r\nabc\r\n0\r\n\r\n", 200, BAD_CHUNK),
	BAD("size with comma", CHUNKED "3,3\r\nabc\r\n0\r\n\r\n", 200,
	    BAD_CHUNK),
	BAD("chunk longer than its size", CHUNKED "3\r\nabcd\r\n0\r\n\r\n", 200,
	    "a chunk is longer than its size"),
	BAD("chunk shorter than its size", CHUNKED "4\r\nab\r\n0\r\n\r\n", 200,
	    "a chunk is longer than its size"),
	BAD("chunk without its end", CHUNKED "3\r\nabc0\r\n\r\n", 200,
	    "a chunk is longer than its size"),
	BAD("LF behind the size", CHUNKED "3\nabc\r\n0\r\n\r\n", 200, NO_CR),
	BAD("LF behind the chunk", CHUNKED "3\r\nabc\n0\r\n\r\n", 200, NO_CR),
	BAD("LF behind the last chunk", CHUNKED "0\n\r\n", 200, NO_CR),
	BAD("LF behind the trailers", CHUNKED "0\r\nA: b\n\r\n", 200, NO_CR),
	BAD("LF at the end", CHUNKED "0\r\n\n", 200, NO_CR),
	BAD("CR in the size", CHUNKED "3\r;\r\nabc\r\n", 200, BAD_BYTE),
	BAD("CR CR LF", CHUNKED "3\r\r\nabc\r\n", 200, BAD_BYTE),
	BAD("NUL in the size", CHUNKED "3\0\r\nabc\r\n", 200, BAD_BYTE),
	BAD("NUL in an extension", CHUNKED "3;\0\r\nabc\r\n", 200, BAD_BYTE),
	BAD("NUL in a trailer", CHUNKED "0\r\nA: \0\r\n\r\n", 200, BAD_BYTE),
	MORE("last chunk without the blank line", CHUNKED "3\r\nabc\r\n0\r\n",
	    200),
	BAD_END("cut behind the last chunk", CHUNKED "3\r\nabc\r\n0\r\n", CLEAN,
	    200, CUT_SHORT),
	BAD_END("cut between chunks", CHUNKED "3\r\nabc\r\n", CLEAN, 200,
	    CUT_SHORT),
	BAD_END("cut in a chunk", CHUNKED "3\r\nab", CUT, 200, CUT_SHORT),

	/* other transfer codings */
	BAD("length beside coding",
	    OK "Content-Length: 5\r\n"
	       "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
	    200, "both Content-Length and Transfer-Encoding"),
	BAD("coding beside length",
	    OK "Transfer-Encoding: chunked\r\n"
	       "Content-Length: 5\r\n\r\n0\r\n\r\n",
	    200, "both Content-Length and Transfer-Encoding"),
	BAD("unknown coding", OK "Transfer-Encoding: gzip\r\n\r\n", 200,
	    "a transfer coding that was not requested"),
	BAD("two codings", OK "Transfer-Encoding: gzip, chunked\r\n\r\n", 200,
	    "a transfer coding that was not requested"),
	BAD("chunked twice", OK "Transfer-Encoding: chunked, chunked\r\n\r\n",
	    200, "a transfer coding that was not requested"),
	BAD("two lines of codings",
	    OK "Transfer-Encoding: chunked\r\n"
	       "Transfer-Encoding: gzip\r\n\r\n0\r\n\r\n",
	    200, "a transfer coding that was not requested"),
	BAD("two lines chunked",
	    OK "Transfer-Encoding: chunked\r\n"
	       "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
	    200, "a transfer coding that was not requested"),
	BAD("identity", OK "Transfer-Encoding: identity\r\n\r\n", 200,
	    "a transfer coding that was not requested"),
	BAD("nearly chunked", OK "Transfer-Encoding: xchunked\r\n\r\n", 200,
	    "a transfer coding that was not requested"),
	BAD("chunked with parameter",
	    OK "Transfer-Encoding: chunked;q=1\r\n"
	       "\r\n",
	    200, "a transfer coding that was not requested"),
	BAD("empty coding", OK "Transfer-Encoding:\r\n\r\n", 200,
	    "a transfer coding that was not requested"),
	BAD("coding in HTTP/1.0",
	    "HTTP/1.0 200 OK\r\n"
	    "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
	    200, "Transfer-Encoding in HTTP/1.0"),
	BAD("content encoding",
	    OK "Content-Encoding: gzip\r\n"
	       "Content-Length: 1\r\n\r\nx",
	    200, "a content encoding that was not requested"),
	BAD("content encoding among others",
	    OK "Content-Encoding: identity, "
	       "br\r\nContent-Length: 1\r\n\r\nx",
	    200, "a content encoding that was not requested"),
	BAD("content encoding on a second line",
	    OK "Content-Encoding: identity\r\nContent-Encoding: deflate\r\n"
	       "Content-Length: 1\r\n\r\nx",
	    200, "a content encoding that was not requested"),
	BAD("content encoding and chunks",
	    OK "Content-Encoding: zstd\r\n"
	       "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
	    200, "a content encoding that was not requested"),
	GOOD("identity encoding",
	    OK "Content-Encoding: Identity\r\n"
	       "Content-Length: 1\r\n\r\nx",
	    200, "x", true, 0),
	GOOD("empty encoding",
	    OK "Content-Encoding:\r\nContent-Length: 1\r\n"
	       "\r\nx",
	    200, "x", true, 0),

	/* until the connection is closed */
	{ "close-delimited", LIT(OK "\r\nhello"), CLEAN, RESPONSE_DONE, 200,
	    "hello", false, 0, REQUEST_GET },
	{ "close-delimited and empty", LIT(OK "\r\n"), CLEAN, RESPONSE_DONE,
	    200, "", false, 0, REQUEST_GET },
	{ "close-delimited though keep-alive",
	    LIT("HTTP/1.0 200 OK\r\n"
		"Connection: keep-alive\r\n\r\nx"),
	    CLEAN, RESPONSE_DONE, 200, "x", false, 0, REQUEST_GET },
	{ "close-delimited with NUL", LIT(OK "\r\n\0\r\n"), CLEAN,
	    RESPONSE_DONE, 200, NULL, false, 0, REQUEST_GET },
	BAD_END(
	    "close-delimited, unclean", OK "\r\nhello", CUT, 200, CUT_SHORT),
	MORE("close-delimited, open", OK "\r\nhello", 200),

	/* no body */
	GOOD("204", "HTTP/1.1 204 No Content\r\n\r\n", 204, "", true, 0),
	GOOD("204 with length",
	    "HTTP/1.1 204 No Content\r\n"
	    "Content-Length: 5\r\n\r\n",
	    204, "", true, 0),
	GOOD("204 with bytes behind", "HTTP/1.1 204 No Content\r\n\r\nab", 204,
	    "", true, 2),
	GOOD("304", "HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\n\r\n", 304, "",
	    true, 0),
	GOOD("304 with length",
	    "HTTP/1.1 304 Not Modified\r\n"
	    "Content-Length: 13000\r\n\r\n",
	    304, "", true, 0),
	GOOD("304 with encoding",
	    "HTTP/1.1 304 Not Modified\r\n"
	    "Content-Encoding: gzip\r\n\r\n",
	    304, "", true, 0),
	GOOD("304 and close",
	    "HTTP/1.1 304 Not Modified\r\n"
	    "Connection: close\r\n\r\n",
	    304, "", false, 0),
	{ "tunnel", LIT("HTTP/1.1 200 Connection established\r\n\r\n\x16\x03"),
	    OPEN, RESPONSE_DONE, 200, "", true, 2, REQUEST_CONNECT },
	{ "tunnel with length",
	    LIT("HTTP/1.0 200 OK\r\nContent-Length: 9\r\n"
		"\r\n"),
	    OPEN, RESPONSE_DONE, 200, "", false, 0, REQUEST_CONNECT },
	{ "tunnel with coding", LIT(CHUNKED), OPEN, RESPONSE_DONE, 200, "",
	    true, 0, REQUEST_CONNECT },
	{ "no tunnel", LIT("HTTP/1.1 407 Auth\r\nContent-Length: 2\r\n\r\nno"),
	    OPEN, RESPONSE_DONE, 407, "no", true, 0, REQUEST_CONNECT },
	{ "no tunnel but a redirect",
	    LIT("HTTP/1.1 300 Many\r\n"
		"Content-Length: 2\r\n\r\nno"),
	    OPEN, RESPONSE_DONE, 300, "no", true, 0, REQUEST_CONNECT },
	{ "answer to a POST", LIT(OK "Content-Length: 2\r\n\r\n{}"), OPEN,
	    RESPONSE_DONE, 200, "{}", true, 0, REQUEST_POST },

	/* interim answers */
	GOOD("100",
	    "HTTP/1.1 100 Continue\r\n\r\n" OK "Content-Length: 1\r\n"
	    "\r\nx",
	    200, "x", true, 0),
	GOOD("102, 103 with fields",
	    "HTTP/1.1 102 Processing\r\n"
	    "Content-Length: 7\r\n\r\nHTTP/1.1 103 Early Hints\r\n"
	    "Connection: close\r\nTransfer-Encoding: gzip\r\n"
	    "Link: </x>\r\n\r\n" OK "Content-Length: 1\r\n\r\nx",
	    200, "x", true, 0),
	GOOD("199", "HTTP/1.1 199 X\r\n\r\nHTTP/1.1 204 Y\r\n\r\n", 204, "",
	    true, 0),
	BAD("101", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n",
	    101, "an unrequested switch of protocols"),
	MORE("100 and nothing", "HTTP/1.1 100 Continue\r\n\r\n", 0),
	BAD_END("100 and the end", "HTTP/1.1 100 Continue\r\n\r\n", CLEAN, 0,
	    NO_ANSWER),
	BAD("100 and garbage", "HTTP/1.1 100 Continue\r\n\r\nhello", 0,
	    NOT_HTTP),

	/* keep-alive */
	GOOD("close", OK "Connection: close\r\nContent-Length: 0\r\n\r\n", 200,
	    "", false, 0),
	GOOD("close in any case",
	    OK "connection: CLOSE\r\n"
	       "Content-Length: 0\r\n\r\n",
	    200, "", false, 0),
	GOOD("close in a list",
	    OK "Connection: x, close ,y\r\n"
	       "Content-Length: 0\r\n\r\n",
	    200, "", false, 0),
	GOOD("close on a second line",
	    OK "Connection: keep-alive\r\n"
	       "Connection: close\r\nContent-Length: 0\r\n\r\n",
	    200, "", false, 0),
	GOOD("nearly close",
	    OK "Connection: closed, xclose\r\n"
	       "Content-Length: 0\r\n\r\n",
	    200, "", true, 0),
	GOOD("keep-alive",
	    OK "Connection: keep-alive\r\n"
	       "Content-Length: 0\r\n\r\n",
	    200, "", true, 0),
	GOOD("HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", 200,
	    "", false, 0),
	GOOD("HTTP/1.0 keep-alive",
	    "HTTP/1.0 200 OK\r\n"
	    "Connection: Keep-Alive\r\nContent-Length: 0\r\n\r\n",
	    200, "", true, 0),
	GOOD("HTTP/1.0 keep-alive in a list",
	    "HTTP/1.0 200 OK\r\n"
	    "Connection: x, keep-alive\r\nContent-Length: 0\r\n\r\n",
	    200, "", true, 0),
	GOOD("HTTP/1.0 something else",
	    "HTTP/1.0 200 OK\r\n"
	    "Connection: upgrade\r\nContent-Length: 0\r\n\r\n",
	    200, "", false, 0),
	GOOD("HTTP/1.0 close and keep-alive",
	    "HTTP/1.0 200 OK\r\n"
	    "Connection: close, keep-alive\r\nContent-Length: 0\r\n\r\n",
	    200, "", false, 0),
	GOOD("HTTP/1.0 keep-alive and close",
	    "HTTP/1.0 200 OK\r\n"
	    "Connection: keep-alive\r\nConnection: close\r\n"
	    "Content-Length: 0\r\n\r\n",
	    200, "", false, 0),
	GOOD("HTTP/1.2", "HTTP/1.2 200 OK\r\nContent-Length: 0\r\n\r\n", 200,
	    "", true, 0),

	/* status lines */
	GOOD("no reason", "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n", 200, "",
	    true, 0),
	GOOD("no reason nor space",
	    "HTTP/1.1 200\r\nContent-Length: 0\r\n"
	    "\r\n",
	    200, "", true, 0),
	GOOD("reason in bytes",
	    "HTTP/1.1 200 \xc3\xa9\xff\r\n"
	    "Content-Length: 0\r\n\r\n",
	    200, "", true, 0),
	GOOD("unknown status", "HTTP/1.1 999 Hm\r\nContent-Length: 0\r\n\r\n",
	    999, "", true, 0),
	GOOD("LF only", "HTTP/1.1 200 OK\nContent-Length: 1\n\nx", 200, "x",
	    true, 0),
	MORE("nothing", "", 0),
	MORE("a part of the version", "HTTP/1", 0),
	MORE("a part of the line", "HTTP/1.1 20", 0),
	BAD_END("closed at once", "", CLEAN, 0, NO_ANSWER),
	BAD_END("reset at once", "", CUT, 0, NO_ANSWER),
	BAD_END("closed in the status line", "HTTP/1.1 2", CLEAN, 0, CUT_SHORT),
	BAD_END("closed in the fields", OK "Content-", CLEAN, 200, CUT_SHORT),
	BAD_END("closed before the blank line", OK, CLEAN, 200, CUT_SHORT),
	BAD("SSH", "SSH-2.0-OpenSSH_9.2\r\n", 0, NOT_HTTP),
	BAD("SSH without a line's end", "SSH-2.0-x", 0, NOT_HTTP),
	BAD("SMTP", "220 mail.example ESMTP\r\n", 0, NOT_HTTP),
	BAD("HTML", "<!DOCTYPE html>", 0, NOT_HTTP),
	BAD("JSON", "{\"id\":1}", 0, NOT_HTTP),
	BAD("TLS alert", "\x15\x03\x01\0\x02\x02\x16", 0, NOT_HTTP),
	BAD("NULs", "\0\0\0\0", 0, NOT_HTTP),
	BAD("blank line first", "\r\n" OK "\r\n", 0, NOT_HTTP),
	BAD("space first", " " OK "\r\n", 0, NOT_HTTP),
	BAD("HTTP/2", "HTTP/2 200\r\n\r\n", 0, NOT_HTTP),
	BAD("HTTP/2.0", "HTTP/2.0 200 OK\r\n\r\n", 0, NOT_HTTP),
	BAD("HTTP/0.9", "HTTP/0.9 200 OK\r\n\r\n", 0, NOT_HTTP),
	BAD("HTTP/2 frame", "\0\0\x12\x04\0\0\0\0\0", 0, NOT_HTTP),
	BAD("HTTP/1.", "HTTP/1. 200 OK\r\n\r\n", 0, NOT_HTTP),
	BAD("HTTP/1.10", "HTTP/1.10 200 OK\r\n\r\n", 0, NOT_HTTP),
	BAD("HTTP/11.1", "HTTP/11.1 200 OK\r\n\r\n", 0, NOT_HTTP),
	BAD("http/1.1", "http/1.1 200 OK\r\n\r\n", 0, NOT_HTTP),
	BAD("HTTPS/1.1", "HTTPS/1.1 200 OK\r\n\r\n", 0, NOT_HTTP),
	BAD("ICY", "ICY 200 OK\r\n\r\n", 0, NOT_HTTP),
	BAD("no status", "HTTP/1.1\r\n\r\n", 0, NOT_HTTP),
	BAD("two-digit status", "HTTP/1.1 20 OK\r\n\r\n", 0, NOT_HTTP),
	BAD("four-digit status", "HTTP/1.1 2000 OK\r\n\r\n", 0, NOT_HTTP),
	BAD("four-digit status alone", "HTTP/1.1 2000\r\n\r\n", 0, NOT_HTTP),
	BAD("status beyond digits", "HTTP/1.1 :00 OK\r\n\r\n", 0, NOT_HTTP),
	BAD("status under 100", "HTTP/1.1 099 X\r\n\r\n", 0, NOT_HTTP),
	BAD("status not a number", "HTTP/1.1 2x0 OK\r\n\r\n", 0, NOT_HTTP),
	BAD("negative status", "HTTP/1.1 -20 OK\r\n\r\n", 0, NOT_HTTP),
	BAD("two spaces", "HTTP/1.1  200 OK\r\n\r\n", 0, NOT_HTTP),
	BAD("tab", "HTTP/1.1\t200 OK\r\n\r\n", 0, NOT_HTTP),
	BAD("status and reason in one", "HTTP/1.1 200OK\r\n\r\n", 0, NOT_HTTP),
	BAD("NUL in the status line", "HTTP/1.1 200 O\0K\r\n\r\n", 0, BAD_BYTE),
	BAD("CR in the status line", "HTTP/1.1 200 O\rK\r\n\r\n", 0, BAD_BYTE),
	BAD("CR CR LF behind the status", "HTTP/1.1 200 OK\r\r\n\r\n", 0,
	    BAD_BYTE),

	/* fields */
	GOOD("field without value",
	    OK "A:\r\nB: \r\nContent-Length: 0\r\n"
	       "\r\n",
	    200, "", true, 0),
	GOOD("every token character",
	    OK "!#$%&'*+-.^_`|~09azAZ: x\r\n"
	       "Content-Length: 0\r\n\r\n",
	    200, "", true, 0),
	GOOD("field in bytes",
	    OK "A: \xc3\xa9\xff\x01\x7f\r\n"
	       "Content-Length: 0\r\n\r\n",
	    200, "", true, 0),
	BAD("folded", OK "A: b\r\n c\r\nContent-Length: 0\r\n\r\n", 200,
	    "a folded header field"),
	BAD("folded with tab", OK "A: b\r\n\tc\r\n\r\n", 200,
	    "a folded header field"),
	BAD("folded at once", OK " A: b\r\n\r\n", 200, "a folded header field"),
	BAD("line of spaces", OK "A: b\r\n \r\n\r\n", 200,
	    "a folded header field"),
	BAD("no colon", OK "Content-Length\r\n\r\n", 200, BAD_FIELD),
	BAD("no name", OK ": x\r\n\r\n", 200, BAD_FIELD),
	BAD("space before the colon", OK "Content-Length : 0\r\n\r\n", 200,
	    BAD_FIELD),
	BAD("tab before the colon", OK "Content-Length\t: 0\r\n\r\n", 200,
	    BAD_FIELD),
	BAD("space in the name", OK "Content Length: 0\r\n\r\n", 200,
	    BAD_FIELD),
	BAD("slash in the name", OK "Content/Length: 0\r\n\r\n", 200,
	    BAD_FIELD),
	BAD("bracket in the name", OK "A(b): 0\r\n\r\n", 200, BAD_FIELD),
	BAD("UTF-8 in the name", OK "\xc3\xa9: 0\r\n\r\n", 200, BAD_FIELD),
	BAD("control in the name", OK "A\x01: 0\r\n\r\n", 200, BAD_FIELD),
	BAD("status line again", OK OK "\r\n", 200, BAD_FIELD),
	BAD("NUL in the name", OK "A\0: b\r\n\r\n", 200, BAD_BYTE),
	BAD("NUL in the value", OK "A: \0\r\n\r\n", 200, BAD_BYTE),
	BAD("NUL behind the length", OK "Content-Length: 0\0\r\n\r\n", 200,
	    BAD_BYTE),
	BAD("CR in the value", OK "A: b\rContent-Length: 5\r\n\r\n", 200,
	    BAD_BYTE),
	BAD("CR first", OK "\rA: b\r\n\r\n", 200, BAD_BYTE),
	BAD("CR CR LF", OK "A: b\r\r\n\r\n", 200, BAD_BYTE),
	BAD("CR CR LF for the blank line", OK "\r\r\n", 200, BAD_BYTE),
};

/* What came of one run. */
struct outcome {
	enum response_progress progress;
	size_t used;
	unsigned int status;
	bool keep_alive;
	const char *error;
	size_t body_len;
	char body[64];
	char *reason;
	size_t field_count;
};

static void
feed_piece(struct response *r, const char *p, size_t n, struct outcome *o)
{
	char *copy = exact_copy(p, n);
	size_t used = n + 1;

	o->progress = response_feed(r, copy, n, &used);
	free(copy);
	assert_true(used <= n);
	/* While it wants more it has taken all there was. */
	if (o->progress == RESPONSE_MORE)
		assert_int_equal(used, n);
	o->used += used;
}

/* Feeds the pieces that the ascending cuts make. */
static struct outcome
run(const struct vector *v, const size_t *cuts, size_t count)
{
	struct response r;
	struct outcome o = { .progress = RESPONSE_MORE };
	size_t i, from = 0, to, used;

	response_init(&r, v->method);
	for (i = 0; i <= count && o.progress == RESPONSE_MORE; i++) {
		to = i < count ? cuts[i] : v->len;
		feed_piece(&r, v->raw + from, to - from, &o);
		from = to;
	}
	if (o.progress == RESPONSE_MORE && v->ending != OPEN)
		o.progress = response_end(&r, v->ending == CLEAN);
	o.status = r.status;
	o.body_len = r.body.len;
	if (o.progress == RESPONSE_DONE) {
		o.keep_alive = r.keep_alive;
		o.field_count = r.field_count;
		snprintf(o.body, sizeof o.body, "%s", buf_str(&r.body));
		assert_non_null(r.reason);
		assert_int_equal(
		    response_feed(&r, "x", 1, &used), RESPONSE_DONE);
		assert_int_equal(used, 0);
		assert_int_equal(response_end(&r, false), RESPONSE_DONE);
	} else if (o.progress == RESPONSE_BAD) {
		o.error = response_error(&r);
		/* It stays so, whatever comes. */
		assert_int_equal(
		    response_feed(&r, OK "\r\n", sizeof OK + 1, &used),
		    RESPONSE_BAD);
		assert_int_equal(response_end(&r, true), RESPONSE_BAD);
		assert_ptr_equal(response_error(&r), o.error);
	}
	response_wipe(&r);
	return o;
}

static void
judge(
    const struct vector *v, const struct outcome *o, const char *how, size_t at)
{
	check(o->progress == v->progress, "%s, %s %zu: came to %d (%s)",
	    v->name, how, at, (int)o->progress,
	    o->error != NULL ? o->error : "no error");
	check(o->status == v->status, "%s, %s %zu: status %u", v->name, how, at,
	    o->status);
	if (v->progress == RESPONSE_BAD)
		check(strcmp(o->error, v->body) == 0, "%s, %s %zu: %s", v->name,
		    how, at, o->error);
	if (v->progress == RESPONSE_DONE) {
		check(o->used == v->len - v->left, "%s, %s %zu: used %zu",
		    v->name, how, at, o->used);
		check(o->keep_alive == v->keep_alive,
		    "%s, %s %zu: keep-alive %d", v->name, how, at,
		    o->keep_alive);
		if (v->body != NULL)
			check(o->body_len == strlen(v->body) &&
				strcmp(o->body, v->body) == 0,
			    "%s, %s %zu: body %s", v->name, how, at, o->body);
	}
}

static void
test_whole(void **state)
{
	struct outcome o;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(vectors); i++) {
		o = run(&vectors[i], NULL, 0);
		judge(&vectors[i], &o, "whole", i);
	}
}

static void
test_bytes(void **state)
{
	size_t cuts[512], i, j;
	struct outcome o;

	(void)state;
	for (i = 0; i < COUNT(vectors); i++) {
		for (j = 0; j + 1 < vectors[i].len; j++)
			cuts[j] = j + 1;
		o = run(&vectors[i], cuts, j);
		judge(&vectors[i], &o, "bytes", i);
	}
}

static void
test_splits(void **state)
{
	struct outcome o;
	size_t i, cut;

	(void)state;
	for (i = 0; i < COUNT(vectors); i++)
		for (cut = 0; cut <= vectors[i].len; cut++) {
			o = run(&vectors[i], &cut, 1);
			judge(&vectors[i], &o, "cut at", cut);
		}
}

static void
test_two_splits(void **state)
{
	struct outcome o;
	size_t i, cuts[2];

	(void)state;
	for (i = 0; i < COUNT(vectors); i++) {
		if (vectors[i].len > 100)
			continue;
		for (cuts[0] = 1; cuts[0] < vectors[i].len; cuts[0]++)
			for (cuts[1] = cuts[0]; cuts[1] < vectors[i].len;
			     cuts[1] += 3) {
				o = run(&vectors[i], cuts, 2);
				judge(&vectors[i], &o, "two cuts", cuts[0]);
			}
	}
}

/*
 * No prefix of an answer is an answer: not while the connection is open, not
 * when it breaks, and when it ends cleanly only if nothing else could tell
 * where the answer ends.
 */
static void
test_prefixes(void **state)
{
	enum response_progress progress;
	const struct vector *v;
	struct outcome o;
	struct response r;
	size_t i, n, end;
	bool clean, by_close;

	(void)state;
	for (i = 0; i < 2 * COUNT(vectors); i++) {
		v = &vectors[i / 2];
		clean = i % 2 == 0;
		end = v->len - v->left;
		for (n = 0; n < end; n++) {
			response_init(&r, v->method);
			memset(&o, 0, sizeof o);
			feed_piece(&r, v->raw, n, &o);
			check(o.progress != RESPONSE_DONE, "%s up to %zu",
			    v->name, n);
			if (v->progress == RESPONSE_DONE)
				check(o.progress == RESPONSE_MORE,
				    "%s up to %zu: %s", v->name, n,
				    response_error(&r));
			by_close = r.state == RESPONSE_BODY_CLOSE;
			check(!by_close || v->ending != OPEN ||
				v->progress != RESPONSE_DONE,
			    "%s up to %zu", v->name, n);
			progress = response_end(&r, clean);
			check(progress ==
				(by_close && clean ? RESPONSE_DONE
						   : RESPONSE_BAD),
			    "%s up to %zu, end: %d", v->name, n, (int)progress);
			if (progress == RESPONSE_BAD)
				assert_non_null(response_error(&r));
			response_wipe(&r);
		}
	}
}

/* Any byte anywhere: the same end, whole and byte by byte. */
static void
test_mutations(void **state)
{
	static const char bytes[] = "\0\n\r\t :;,-09afx\x7f\xff";
	struct outcome whole, single;
	size_t cuts[512], i, j, k;
	struct vector v;
	char raw[512];

	(void)state;
	for (j = 0; j < COUNT(cuts); j++)
		cuts[j] = j + 1;
	for (i = 0; i < COUNT(vectors); i++) {
		v = vectors[i];
		assert_true(v.len < sizeof raw);
		memcpy(raw, v.raw, v.len);
		v.raw = raw;
		for (j = 0; j < v.len; j++)
			for (k = 0; k < sizeof bytes - 1; k++) {
				raw[j] = bytes[k];
				whole = run(&v, NULL, 0);
				single = run(&v, cuts, v.len - 1);
				raw[j] = vectors[i].raw[j];
				check(whole.progress == single.progress &&
					whole.status == single.status &&
					whole.keep_alive == single.keep_alive &&
					whole.error == single.error &&
					whole.field_count ==
					    single.field_count &&
					strcmp(whole.body, single.body) == 0,
				    "%s with byte %zu = %d", v.name, j,
				    bytes[k]);
				if (whole.progress == RESPONSE_DONE)
					check(whole.used == single.used,
					    "%s with byte %zu = %d", v.name, j,
					    bytes[k]);
			}
	}
}

static void
test_fields(void **state)
{
	static const char raw[] = OK
	    "ETag: \"a\"\r\nX-Empty:\r\n"
	    "x-a:  one  two \t\r\nX-A: second\r\nLink: <a:b>; rel=\"next\"\r\n"
	    "Content-Length: 0\r\n\r\n";
	struct response r;
	size_t used;

	(void)state;
	response_init(&r, REQUEST_GET);
	assert_null(response_field(&r, "ETag"));
	assert_int_equal(response_feed(&r, LIT(raw), &used), RESPONSE_DONE);
	assert_string_equal(r.reason, "OK");
	assert_string_equal(response_field(&r, "etag"), "\"a\"");
	assert_string_equal(response_field(&r, "x-empty"), "");
	assert_string_equal(response_field(&r, "X-A"), "one  two");
	assert_string_equal(response_field(&r, "LINK"), "<a:b>; rel=\"next\"");
	assert_string_equal(response_field_n(&r, "X-A", 0), "one  two");
	assert_string_equal(response_field_n(&r, "x-a", 1), "second");
	assert_null(response_field_n(&r, "X-A", 2));
	assert_null(response_field_n(&r, "X-B", 0));
	assert_null(response_field(&r, "ETa"));
	assert_null(response_field(&r, "ETagg"));
	assert_null(response_field(&r, ""));
	assert_int_equal(r.field_count, 6);
	response_wipe(&r);
}

/* An interim answer's fields are not the answer's. */
static void
test_interim_fields(void **state)
{
	struct response r;
	size_t used;

	(void)state;
	response_init(&r, REQUEST_GET);
	assert_int_equal(
	    response_feed(&r,
		LIT("HTTP/1.1 103 Early\r\n"
		    "Link: <x>\r\nETag: old\r\n\r\nHTTP/1.1 204 None\r\n"
		    "ETag: new\r\n\r\n"),
		&used),
	    RESPONSE_DONE);
	assert_null(response_field(&r, "Link"));
	assert_string_equal(response_field(&r, "ETag"), "new");
	assert_string_equal(r.reason, "None");
	response_wipe(&r);
}

/* A 2xx status is known from its line on, whatever follows. */
static void
test_status_is_kept(void **state)
{
	struct response r;
	size_t used;

	(void)state;
	response_init(&r, REQUEST_POST);
	assert_int_equal(
	    response_feed(&r, LIT("HTTP/1.1 204 No Co"), &used), RESPONSE_MORE);
	assert_int_equal(r.status, 0);
	assert_int_equal(
	    response_feed(&r, LIT("ntent\r\n"), &used), RESPONSE_MORE);
	assert_int_equal(r.status, 204);
	assert_int_equal(
	    response_feed(&r, LIT("garbage\r\n"), &used), RESPONSE_BAD);
	assert_int_equal(r.status, 204);
	response_wipe(&r);
}

static void
test_reasons(void **state)
{
	static const struct {
		const char *line, *reason;
	} cases[] = {
		{ "HTTP/1.1 204", "" },
		{ "HTTP/1.1 204 ", "" },
		{ "HTTP/1.1 204 X", "X" },
		{ "HTTP/1.1 204  X ", " X " },
		{ "HTTP/1.1 404 Not Found", "Not Found" },
	};
	struct response r;
	size_t i, used;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		response_init(&r, REQUEST_GET);
		response_feed(&r, cases[i].line, strlen(cases[i].line), &used);
		assert_null(r.reason);
		response_feed(&r, "\r\n", 2, &used);
		assert_string_equal(r.reason, cases[i].reason);
		response_wipe(&r);
	}
}

static void
test_wipe(void **state)
{
	struct response r;

	(void)state;
	response_init(&r, REQUEST_GET);
	response_wipe(&r);
	response_wipe(&r);
	assert_null(r.reason);
	assert_null(r.fields);
}

/* Feeding nothing changes nothing and says where things stand. */
static void
test_feed_nothing(void **state)
{
	struct response r;
	size_t used = 1;

	(void)state;
	response_init(&r, REQUEST_GET);
	assert_int_equal(response_feed(&r, "", 0, &used), RESPONSE_MORE);
	assert_int_equal(used, 0);
	assert_int_equal(
	    response_feed(&r, LIT("HTTP/1.1 204 X\r\n\r\n"), &used),
	    RESPONSE_DONE);
	assert_int_equal(response_feed(&r, "", 0, &used), RESPONSE_DONE);
	response_wipe(&r);
	response_init(&r, REQUEST_GET);
	assert_int_equal(response_feed(&r, LIT("hello"), &used), RESPONSE_BAD);
	assert_int_equal(response_feed(&r, "", 0, &used), RESPONSE_BAD);
	response_wipe(&r);
}

/* What is no HTTP is known by its first byte that is not; no line needed. */
static void
test_early_garbage(void **state)
{
	static const char version[] = "HTTP/1.";
	struct response r;
	size_t i, used;
	char c;

	(void)state;
	for (i = 0; i < sizeof version - 1; i++) {
		response_init(&r, REQUEST_GET);
		assert_int_equal(
		    response_feed(&r, version, i, &used), RESPONSE_MORE);
		c = (char)(version[i] ^ 1);
		assert_int_equal(response_feed(&r, &c, 1, &used), RESPONSE_BAD);
		assert_string_equal(response_error(&r), NOT_HTTP);
		response_wipe(&r);
	}
}

/* Feeds all of it in pieces of one size; returns what it came to. */
static enum response_progress
feed_all(struct response *r, const char *p, size_t len, size_t piece)
{
	enum response_progress progress = RESPONSE_MORE;
	size_t n, used;

	for (; len > 0 && progress == RESPONSE_MORE; p += n, len -= n) {
		n = piece < len ? piece : len;
		progress = response_feed(r, p, n, &used);
	}
	return progress;
}

static const size_t pieces[] = { 1, 7, 4096, 65535, 65536, 65537, 1 << 20 };

/* A head of `size` bytes, made up to it by one long value or many fields. */
static char *
make_head(size_t size, bool many)
{
	static const char start[] = OK "Content-Length: 0\r\n";
	char *head = malloc(size);
	size_t len = sizeof start - 1, n;

	memcpy(head, start, len);
	while (size - 2 - len > 0) {
		n = many && size - 2 - len >= 14 ? 7 : size - 2 - len;
		memset(head + len, 'a', n);
		head[len + 1] = ':';
		memcpy(head + len + n - 2, "\r\n", 2);
		len += n;
	}
	memcpy(head + len, "\r\n", 2);
	return head;
}

static void
test_head_limit(void **state)
{
	enum response_progress progress;
	struct response r;
	size_t i, size;
	char *head;
	int many;

	(void)state;
	for (many = 0; many < 2; many++)
		for (size = RESPONSE_HEAD_MAX - 1;
		     size <= RESPONSE_HEAD_MAX + 1; size++) {
			head = make_head(size, many);
			for (i = 0; i < COUNT(pieces); i++) {
				response_init(&r, REQUEST_GET);
				progress = feed_all(&r, head, size, pieces[i]);
				check(progress ==
					(size <= RESPONSE_HEAD_MAX
						? RESPONSE_DONE
						: RESPONSE_BAD),
				    "head of %zu bytes in pieces of %zu: %d",
				    size, pieces[i], (int)progress);
				if (progress == RESPONSE_BAD)
					assert_string_equal(response_error(&r),
					    "the head is over 64 KiB");
				response_wipe(&r);
			}
			free(head);
		}
}

/* A line that never ends is given up at the limit, wherever it is. */
static void
test_endless_lines(void **state)
{
	static const struct {
		const char *start;
		char fill;
	} lines[] = {
		{ "HTTP/1.1 200 ", 'a' },
		{ OK, 'a' },
		{ OK "a:", ' ' },
		{ CHUNKED "1;", 'x' },
		{ CHUNKED "0\r\nA: ", 'x' },
	};
	char fill[1024];
	struct response r;
	size_t i, fed, used;

	(void)state;
	for (i = 0; i < COUNT(lines); i++) {
		memset(fill, lines[i].fill, sizeof fill);
		response_init(&r, REQUEST_GET);
		assert_int_equal(response_feed(&r, lines[i].start,
				     strlen(lines[i].start), &used),
		    RESPONSE_MORE);
		for (fed = used; response_feed(&r, fill, sizeof fill, &used) ==
		     RESPONSE_MORE;
		     fed += sizeof fill)
			check(fed <= RESPONSE_HEAD_MAX, "%s", lines[i].start);
		check(fed + sizeof fill > RESPONSE_HEAD_MAX, "%s at %zu",
		    lines[i].start, fed);
		assert_string_equal(
		    response_error(&r), "the head is over 64 KiB");
		response_wipe(&r);
	}
}

/* Repeats a text until the answer is refused; returns the bytes it took. */
static size_t
flood(const char *start, const char *again)
{
	struct response r;
	size_t fed = strlen(start), used;

	response_init(&r, REQUEST_GET);
	assert_int_equal(response_feed(&r, start, fed, &used), RESPONSE_MORE);
	while (
	    response_feed(&r, again, strlen(again), &used) == RESPONSE_MORE) {
		fed += strlen(again);
		assert_true(fed < (size_t)1 << 22);
	}
	assert_string_equal(response_error(&r), "the head is over 64 KiB");
	response_wipe(&r);
	return fed;
}

static void
test_floods(void **state)
{
	(void)state;
	assert_true(flood("HTTP/1.1 100 C\r\n\r\n", "HTTP/1.1 100 C\r\n\r\n") <=
	    RESPONSE_HEAD_MAX);
	assert_true(flood(OK, "A: b\r\n") <= RESPONSE_HEAD_MAX);
	assert_true(flood(OK, "A:\n") <= RESPONSE_HEAD_MAX);
	assert_true(flood(CHUNKED "0\r\n", "A: b\r\n") <= RESPONSE_HEAD_MAX);
	/* Extensions and space count, the sizes they stand behind don't. */
	assert_true(flood(CHUNKED, "1;abcdefghijklmnopqrstuvwxyz\r\nx\r\n") <=
	    2 * RESPONSE_HEAD_MAX);
	assert_true(
	    flood(CHUNKED, "1                              \r\nx\r\n") <=
	    2 * RESPONSE_HEAD_MAX);
}

/* A server may well flush every byte: a chunk's own framing is no head. */
static void
test_many_small_chunks(void **state)
{
	enum { chunks = 100000 };
	struct response r;
	size_t i, used;

	(void)state;
	response_init(&r, REQUEST_GET);
	assert_int_equal(response_feed(&r, LIT(CHUNKED), &used), RESPONSE_MORE);
	for (i = 0; i < chunks; i++)
		check(response_feed(&r, LIT("1\r\nx\r\n"), &used) ==
			RESPONSE_MORE,
		    "chunk %zu: %s", i, response_error(&r));
	assert_int_equal(
	    response_feed(&r, LIT("0\r\n\r\n"), &used), RESPONSE_DONE);
	assert_int_equal(r.body.len, chunks);
	response_wipe(&r);
}

/* The greatest body there may be, and one byte more, in each framing. */
static void
test_body_limit(void **state)
{
	size_t piece = (size_t)1 << 20, left, used;
	enum response_progress progress;
	char *zeros = calloc(piece, 1);
	struct response r;
	char head[128];

	(void)state;
	snprintf(head, sizeof head, OK "Content-Length: %zu\r\n\r\n",
	    RESPONSE_BODY_MAX);
	response_init(&r, REQUEST_GET);
	assert_int_equal(
	    response_feed(&r, head, strlen(head), &used), RESPONSE_MORE);
	for (left = RESPONSE_BODY_MAX; left > piece; left -= piece)
		assert_int_equal(
		    response_feed(&r, zeros, piece, &used), RESPONSE_MORE);
	assert_int_equal(response_feed(&r, zeros, piece, &used), RESPONSE_DONE);
	assert_int_equal(r.body.len, RESPONSE_BODY_MAX);
	response_wipe(&r);

	response_init(&r, REQUEST_GET);
	assert_int_equal(
	    response_feed(&r, LIT(OK "\r\n"), &used), RESPONSE_MORE);
	for (left = RESPONSE_BODY_MAX; left > 0; left -= piece)
		assert_int_equal(
		    response_feed(&r, zeros, piece, &used), RESPONSE_MORE);
	progress = response_feed(&r, zeros, 1, &used);
	assert_int_equal(progress, RESPONSE_BAD);
	assert_string_equal(response_error(&r), TOO_LONG);
	response_wipe(&r);

	response_init(&r, REQUEST_GET);
	assert_int_equal(response_feed(&r, LIT(CHUNKED), &used), RESPONSE_MORE);
	for (left = RESPONSE_BODY_MAX; left > 0; left -= piece) {
		response_feed(&r, LIT("100000\r\n"), &used);
		response_feed(&r, zeros, piece, &used);
		assert_int_equal(
		    response_feed(&r, LIT("\r\n"), &used), RESPONSE_MORE);
	}
	assert_int_equal(response_feed(&r, LIT("1\r\n"), &used), RESPONSE_BAD);
	assert_string_equal(response_error(&r), TOO_LONG);
	response_wipe(&r);
	free(zeros);
}

/* A long chunked body that comes in pieces of all sizes. */
/* A stream's bytes, counted and summed up. */
static uint64_t streamed, stream_sum;

static void
take_stream(void *ctx, const char *data, size_t n)
{
	char *copy = exact_copy(data, n);
	size_t i;

	assert_ptr_equal(ctx, &streamed);
	assert_true(n > 0);
	for (i = 0; i < n; i++)
		stream_sum = stream_sum * 31 + (unsigned char)copy[i];
	streamed += n;
	free(copy);
}

/* Feeds a message of the table in such pieces, and ends it. */
static enum response_progress
feed_vector(struct response *r, const struct vector *v, size_t piece)
{
	enum response_progress progress = RESPONSE_MORE;
	size_t k, n, used;
	char *p;

	for (k = 0; k < v->len && progress == RESPONSE_MORE; k += used) {
		n = piece < v->len - k ? piece : v->len - k;
		p = exact_copy(v->raw + k, n);
		progress = response_feed(r, p, n, &used);
		free(p);
	}
	if (progress == RESPONSE_MORE && v->ending != OPEN)
		progress = response_end(r, v->ending == CLEAN);
	return progress;
}

static uint64_t
sum_of(const struct buf *b)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < b->len; i++)
		sum = sum * 31 + (unsigned char)b->data[i];
	return sum;
}

/* Every message of the table once more: a 2xx goes to the sink, byte for
 * byte, and all else is as it was. */
static void
test_streams(void **state)
{
	enum response_progress progress, kept_progress;
	struct response r, kept;
	const struct vector *v;
	size_t i, piece;

	(void)state;
	for (i = 0; i < COUNT(vectors); i++)
		for (piece = 1; piece < 100; piece += 13) {
			v = &vectors[i];
			streamed = stream_sum = 0;
			response_init(&kept, v->method);
			kept_progress = feed_vector(&kept, v, piece);
			response_init(&r, v->method);
			response_stream(&r, take_stream, &streamed);
			progress = feed_vector(&r, v, piece);
			/* Only its size may be another matter. */
			check(progress == kept_progress ||
				(v->progress == RESPONSE_BAD &&
				    strcmp(v->body, TOO_LONG) == 0),
			    "%s", v->name);
			check(r.status == kept.status, "%s", v->name);
			check(progress != kept_progress ||
				r.keep_alive == kept.keep_alive,
			    "%s", v->name);
			if (progress != kept_progress) {
				check(r.body.len == 0, "%s", v->name);
			} else if (r.status / 100 == 2) {
				check(streamed == kept.body.len &&
					stream_sum == sum_of(&kept.body),
				    "%s", v->name);
				check(r.body.len == 0, "%s", v->name);
			} else {
				check(streamed == 0, "%s", v->name);
				check(sum_of(&r.body) == sum_of(&kept.body) &&
					r.body.len == kept.body.len,
				    "%s", v->name);
			}
			response_wipe(&r);
			response_wipe(&kept);
		}
}

/* More than any body may have, in each of the three framings. */
static void
test_large_streams(void **state)
{
	static const struct {
		const char *head, *chunk;
		bool ends, streams;
	} cases[] = {
		{ OK "Content-Length: 67108864\r\n\r\n", "", false, true },
		{ CHUNKED, "10000\r\n", false, true },
		{ OK "Connection: close\r\n\r\n", "", true, true },
		/* What is no success is a message, and short. */
		{ "HTTP/1.1 302 Found\r\nContent-Length: 67108864\r\n\r\n", "",
		    false, false },
		{ "HTTP/1.1 404 Not Found\r\n\r\n", "", true, false },
	};
	static char block[65536];
	enum response_progress progress;
	struct response r;
	size_t i, k, used;

	(void)state;
	memset(block, 'b', sizeof block);
	for (i = 0; i < COUNT(cases); i++) {
		streamed = 0;
		response_init(&r, REQUEST_GET);
		response_stream(&r, take_stream, &streamed);
		progress = response_feed(
		    &r, cases[i].head, strlen(cases[i].head), &used);
		for (k = 0; k < 1024 && progress == RESPONSE_MORE; k++) {
			if (*cases[i].chunk != '\0')
				response_feed(&r, cases[i].chunk,
				    strlen(cases[i].chunk), &used);
			progress = response_feed(
			    &r, block, sizeof block, &used);
			if (*cases[i].chunk != '\0')
				progress = response_feed(&r, "\r\n", 2, &used);
		}
		if (*cases[i].chunk != '\0')
			progress = response_feed(&r, "0\r\n\r\n", 5, &used);
		if (progress == RESPONSE_MORE && cases[i].ends)
			progress = response_end(&r, true);
		check(progress ==
			(cases[i].streams ? RESPONSE_DONE : RESPONSE_BAD),
		    "case %zu", i);
		check(streamed == (cases[i].streams ? 67108864 : 0), "case %zu",
		    i);
		check(!cases[i].streams || r.body.size == 0, "case %zu", i);
		response_wipe(&r);
	}
}

static void
test_stream_cut(void **state)
{
	struct response r;
	size_t used;

	(void)state;
	streamed = 0;
	response_init(&r, REQUEST_GET);
	response_stream(&r, take_stream, &streamed);
	assert_int_equal(response_feed(&r,
			     LIT(OK "Content-Length: 10\r\n"
				    "\r\nhello"),
			     &used),
	    RESPONSE_MORE);
	/* What came is delivered, and the loss is told. */
	assert_true(streamed == 5);
	assert_int_equal(response_end(&r, true), RESPONSE_BAD);
	assert_string_equal(response_error(&r), CUT_SHORT);
	response_wipe(&r);
}

static void
test_large_chunked(void **state)
{
	static const size_t sizes[] = { 1, 2, 15, 16, 17, 255, 256, 4095, 4096,
		10000 };
	struct buf raw, body;
	struct response r;
	size_t i, j, k = 0;

	(void)state;
	buf_init(&raw, BUF_TEXT_MAX);
	buf_init(&body, BUF_TEXT_MAX);
	buf_adds(&raw, CHUNKED);
	for (i = 0; i < COUNT(sizes); i++) {
		buf_addf(
		    &raw, i % 2 ? "%zx;n=%zu\r\n" : "%zX\r\n", sizes[i], i);
		for (j = 0; j < sizes[i]; j++, k++) {
			buf_addc(&raw, (char)(k * 7 + k / 256));
			buf_addc(&body, (char)(k * 7 + k / 256));
		}
		buf_adds(&raw, "\r\n");
	}
	buf_adds(&raw, "0\r\n\r\n");
	for (i = 1; i < 9000; i = i * 5 / 3 + 1) {
		response_init(&r, REQUEST_GET);
		assert_int_equal(
		    feed_all(&r, raw.data, raw.len, i), RESPONSE_DONE);
		assert_int_equal(r.body.len, body.len);
		assert_memory_equal(r.body.data, body.data, body.len);
		response_wipe(&r);
	}
	buf_free(&raw);
	buf_free(&body);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_splits),
		cmocka_unit_test(test_two_splits),
		cmocka_unit_test(test_prefixes),
		cmocka_unit_test(test_mutations),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_interim_fields),
		cmocka_unit_test(test_status_is_kept),
		cmocka_unit_test(test_reasons),
		cmocka_unit_test(test_wipe),
		cmocka_unit_test(test_feed_nothing),
		cmocka_unit_test(test_early_garbage),
		cmocka_unit_test(test_head_limit),
		cmocka_unit_test(test_endless_lines),
		cmocka_unit_test(test_floods),
		cmocka_unit_test(test_many_small_chunks),
		cmocka_unit_test(test_body_limit),
		cmocka_unit_test(test_large_chunked),
		cmocka_unit_test(test_streams),
		cmocka_unit_test(test_large_streams),
		cmocka_unit_test(test_stream_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
