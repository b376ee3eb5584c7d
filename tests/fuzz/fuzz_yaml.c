/* SPDX-License-Identifier: ISC */
/*
 * Workflow files: every node hangs in its tree, and has what its kind says.
 * What is read does not change with a comment behind it.
 */
#include "fuzz.h"

#include "github/yaml.h"

static void
check_node(const struct yaml *y, const struct yaml_node *n, bool in_map)
{
	const struct yaml_node *child = NULL;

	must((n->name != NULL) == in_map);
	must(n->kind != YAML_ABSENT);
	must(n->kind != YAML_TEXT || n->text != NULL);
	must(n->kind != YAML_TEXT || yaml_is(n, n->text));
	while ((child = yaml_next(y, n, child)) != NULL) {
		must(child > n);
		check_node(y, child, n->kind == YAML_MAP);
		if (child->name != NULL)
			must(yaml_member(y, n, child->name)->kind !=
			    YAML_ABSENT);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const char comment[] = "\n# comment\n";
	const size_t size = len + sizeof comment - 1;
	char *text = malloc(size);
	struct yaml y, again;

	memcpy(text, data, len);
	memcpy(text + len, comment, sizeof comment - 1);
	yaml_read(&y, text, len, "on");
	yaml_read(&again, text, size, "on");
	if (yaml_root(&y)->kind == YAML_MAP ||
	    yaml_root(&y)->kind == YAML_LIST ||
	    yaml_root(&y)->kind == YAML_TEXT)
		check_node(&y, yaml_root(&y), false);
	/* Quotation marks and block scalars that do not end take it in. */
	if (yaml_root(&y)->kind != YAML_UNSURE &&
	    yaml_root(&again)->kind != YAML_UNSURE)
		must(yaml_root(&again)->kind == yaml_root(&y)->kind &&
		    again.count == y.count);
	yaml_wipe(&y);
	yaml_wipe(&again);
	free(text);
	return 0;
}
