/* SPDX-License-Identifier: Apache-2.0
 *
 * What an answer of a provider means for people: the first rule that fits, of the provider's own, else of
 * those for all (docs/providers.md). Pure: no texts are made here.
 */
#ifndef GRANTRY_DOMAIN_DIAGNOSIS_H
#define GRANTRY_DOMAIN_DIAGNOSIS_H

#include "domain/provider.h"

/* What came back. error: the code ("" none); words: the provider's own ("" none); status: of HTTP, 0 none. */
struct diagnosis_event {
	enum diagnosis_at at;
	const char *error, *words;
	int status;
};

/** diagnosis_find(own, common, event): NULL: no rule fits. "error" is compared letter for letter; "contains"
 * is looked for in code and words, capital or not. Borrowed. */
const struct diagnosis_rule *diagnosis_find(const struct diagnosis *own,
	const struct diagnosis *common, const struct diagnosis_event *event);

#endif
