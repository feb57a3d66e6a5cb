/* SPDX-License-Identifier: Apache-2.0
 *
 * The registry that a runtime sends, and the values that a form sends for fields that choose from it: refused, or
 * what is kept of them says the same again.
 */
#include <string.h>

#include "domain/runtime/registry.h"
#include "must.h"

static const char *const scopes[] = {NULL, "llm", "llm&vision", "chat", "all"};

static void see(const struct registry_choice *choice, void *arg)
{
	struct secret given = SECRET_EMPTY, kept = SECRET_EMPTY;
	struct field one = *(const struct field *)arg;

	one.multiple = false;
	if (one.kind == FIELD_TOOLS)
		return;
	MUST(choice->label[0] && !choice->chosen && !choice->gone);
	MUST(secret_set(&given, choice->value, strlen(choice->value)) == RC_OK);
	MUST(registry_take(NULL, &one, &given, NULL, &kept) == RC_NOT_FOUND);
	MUST(registry_take(NULL, &one, &given, &given, &kept) == RC_OK);
	MUST(secret_equal(&given, &kept));
	secret_release(&given);
	secret_release(&kept);
}

static void registry_holds(const char *p, size_t len)
{
	struct registry one, two;
	struct secret text = SECRET_EMPTY, again = SECRET_EMPTY;

	if (registry_parse(p, len, &one) != RC_OK)
		return;
	MUST(one.n <= REGISTRY_ENTRIES_MAX);
	MUST(registry_render(&one, &text) == RC_OK);
	MUST(registry_parse(secret_text(&text), text.len, &two) == RC_OK);
	MUST(registry_render(&two, &again) == RC_OK);
	MUST(secret_equal(&text, &again) && one.n == two.n);
	for (size_t i = 0; i < sizeof(scopes) / sizeof(scopes[0]); i++) {
		for (int kind = FIELD_MODEL_SELECTOR; kind <= FIELD_TOOLS; kind++) {
			struct field field = {.kind = (enum field_kind)kind, .scope = scopes[i]};

			MUST(registry_choices(&two, &field, NULL, see, &field) == RC_OK);
		}
	}
	registry_release(&one);
	registry_release(&two);
	secret_release(&text);
	secret_release(&again);
}

/* Kept as it is when it is stored already, whatever is registered; and then it reads as itself. */
static void value_holds(const char *p, size_t len)
{
	for (int kind = FIELD_MODEL_SELECTOR; kind <= FIELD_TOOLS; kind++) {
		struct field field = {.kind = (enum field_kind)kind, .multiple = len % 2};
		struct secret given = SECRET_EMPTY, kept = SECRET_EMPTY, again = SECRET_EMPTY;

		MUST(secret_set(&given, p, len) == RC_OK);
		if (registry_take(NULL, &field, &given, &given, &kept) == RC_OK) {
			MUST(registry_take(NULL, &field, &kept, &given, &again) == RC_OK);
			MUST(secret_equal(&kept, &again));
		}
		secret_release(&given);
		secret_release(&kept);
		secret_release(&again);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	registry_holds((const char *)data, size);
	if (size < 65536)
		value_holds((const char *)data, size);
	return 0;
}
