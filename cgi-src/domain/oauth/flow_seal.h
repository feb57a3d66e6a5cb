/* SPDX-License-Identifier: Apache-2.0
 *
 * The sealed columns of oauth_flows: the PKCE verifier and the outcome; the inside of flow_*.c.
 */
#ifndef GRANTRY_DOMAIN_OAUTH_FLOW_SEAL_H
#define GRANTRY_DOMAIN_OAUTH_FLOW_SEAL_H

#include "domain/oauth/flow.h"
#include "store/flow_store.h"

enum rc flow_seal_verifier(
	const struct core *core, struct flow_row *row, const struct secret *verifier) RC_MUST_CHECK;
enum rc flow_unseal_verifier(
	const struct core *core, const struct flow_row *row, struct secret *out) RC_MUST_CHECK;

/** flow_seal_outcome(core, row, result): also sets row->status. */
enum rc flow_seal_outcome(const struct core *core, struct flow_row *row,
	const struct flow_result *result) RC_MUST_CHECK;
enum rc flow_unseal_outcome(
	const struct core *core, const struct flow_row *row, struct flow_result *out) RC_MUST_CHECK;

/** flow_verdict_word(verdict): for the audit log. */
const char *flow_verdict_word(enum flow_verdict verdict);

#endif
