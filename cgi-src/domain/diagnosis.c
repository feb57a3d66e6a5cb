/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/diagnosis.h"

#include <string.h>

static bool fits(const struct diagnosis_rule *rule, const struct diagnosis_event *event)
{
	if (rule->at != AT_ANY && rule->at != event->at)
		return false;
	if (rule->status && rule->status != event->status)
		return false;
	if (rule->error && strcmp(rule->error, event->error) != 0)
		return false;
	return !rule->contains || strcasestr(event->words, rule->contains) ||
	       strcasestr(event->error, rule->contains);
}

static const struct diagnosis_rule *first(
	const struct diagnosis *rules, const struct diagnosis_event *event)
{
	for (size_t i = 0; i < rules->n; i++)
		if (fits(&rules->items[i], event))
			return &rules->items[i];
	return NULL;
}

const struct diagnosis_rule *diagnosis_find(const struct diagnosis *own,
	const struct diagnosis *common, const struct diagnosis_event *event)
{
	const struct diagnosis_rule *rule = first(own, event);

	return rule ? rule : first(common, event);
}
