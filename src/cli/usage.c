/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <string.h>

#include "cli/usage.h"
#include "net/roots.h"
#include "net/tls.h"

#define HELP_COLUMN 33

static const char head_of_dispatch[] =
    "Usage: return-dispatch [OPTION]...               dispatch and print the run\n"
    "       return-dispatch await [OPTION]... RUN...  wait for runs (await --help)\n"
    "       return-dispatch check [OPTION]...         try what a dispatch needs\n";

static const char head_of_await[] =
    "Usage: return-dispatch await [OPTION]... RUN...\n"
    "Wait for runs that already exist; succeed if every one of them succeeds.\n"
    "RUN is an ID, or a URL on the configured server; default: $INPUT_RUN_ID.\n";

static const char head_of_check[] =
    "Usage: return-dispatch check [OPTION]...\n"
    "Try everything that a dispatch with these options needs, and start nothing.\n"
    "Each thing is a line: ok, FAIL, or can't tell, and why.\n";

static const char tail[] = "A DURATION is 90, 90s, 5m, 1h or 1500ms.\n";

static const char tail_of_dispatch[] =
    "Exit status: 0 done, 1 run did not succeed, 2 usage, 3 refused, 4 unknown\n"
    "whether started, 5 started but not identified, 6 still running, 7 network,\n"
    "8 result not written.  The actions' inputs work as INPUT_* variables.\n"
    "Examples (return-dispatch(1) has more):\n"
    "  return-dispatch -R octo-org/octo-repo -w deploy.yml -r main -f env=prod\n"
    "  id=$(return-dispatch -w deploy.yml -r main --format id)\n"
    "  return-dispatch -w deploy.yml -r main --wait --wait-timeout 1h\n";

static const char tail_of_await[] =
    "Exit status: 0 all succeeded, 1 one did not, 2 usage, 3 refused, 6 still\n"
    "running, 7 network, 8 result not written.\n"
    "Examples (return-dispatch(1) has more):\n"
    "  return-dispatch await -R octo-org/octo-repo 17654321098\n"
    "  return-dispatch await https://github.com/octo-org/octo-repo/actions/runs/123\n"
    "  return-dispatch await --job build --job test --wait-timeout 1h 17654321098\n";

static const char tail_of_check[] =
    "Exit status: 0 nothing failed; else that of the dispatch.\n"
    "Examples:\n"
    "  return-dispatch check -R octo-org/octo-repo -w deploy.yml -r main -f env=prod\n";

static const struct row {
	enum option option; /* OPTION_COUNT: a heading */
	enum option_command command;
	const char *help;
} rows[] = {
#define HEADING(command, text) { OPTION_COUNT, command, text },
#define OPTION(id, name, letter, argument, command, variables, loaded, help) \
	{ OPTION_##id, command, help },
#include "cli/options.def"
};

/* The help has a column of its own, even if it has several lines. */
static void
add_option(struct buf *out, const struct row *row)
{
	const struct option_spec *spec = &option_specs[row->option];
	size_t start = out->len, width, len;
	const char *line;

	if (spec->letter != 0)
		buf_addf(out, "  -%c, ", spec->letter);
	else
		buf_adds(out, "      ");
	buf_addf(out, "%s%s%s", spec->name,
	    options_takes(row->option) == TAKES_VALUE ? " " : "",
	    spec->argument);
	width = out->len - start;
	if (width >= HELP_COLUMN) {
		buf_addc(out, '\n');
		width = 0;
	}
	for (line = row->help; *line != '\0'; line += len) {
		len = strcspn(line, "\n");
		buf_addf(out, "%*s%.*s\n", (int)(HELP_COLUMN - width), "",
		    (int)len, line);
		len += line[len] == '\n';
		width = 0;
	}
}

void
usage_add_help(struct buf *out, enum command command)
{
	static const char *const texts[][2] = {
		[COMMAND_DISPATCH] = { head_of_dispatch, tail_of_dispatch },
		[COMMAND_AWAIT] = { head_of_await, tail_of_await },
		[COMMAND_CHECK] = { head_of_check, tail_of_check },
	};
	bool await = command == COMMAND_AWAIT;
	const enum option_command other = await ? FOR_DISPATCH : FOR_WAITING;
	size_t i;

	buf_adds(out, texts[command][0]);
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (rows[i].option == OPTION_DRY_RUN &&
		    command == COMMAND_CHECK)
			continue;
		if (rows[i].option != OPTION_COUNT) {
			if (!await || rows[i].command != FOR_DISPATCH)
				add_option(out, &rows[i]);
		} else if (rows[i].command != other) {
			buf_addf(out, "%s\n", rows[i].help);
		}
	}
	buf_adds(out, tail);
	buf_adds(out, texts[command][1]);
}

void
usage_add_version(struct buf *out, bool verbose)
{
	buf_addf(
	    out, "return-dispatch %s (%s)\n", PACKAGE_VERSION, tls_library());
	if (verbose && roots_count > 0)
		buf_addf(out, "%zu root certificate%s: %s, the newest of %s\n",
		    roots_count, roots_count == 1 ? "" : "s", roots_origin,
		    roots_newest);
	else if (verbose)
		buf_adds(out, "no root certificates compiled in\n");
}

bool
usage_answer(struct buf *out, const struct options *o)
{
	if (o->given[OPTION_HELP])
		usage_add_help(out, o->command);
	else if (o->given[OPTION_VERSION])
		usage_add_version(out, o->given[OPTION_VERBOSE]);
	return o->given[OPTION_HELP] || o->given[OPTION_VERSION];
}
