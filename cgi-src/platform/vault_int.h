/* SPDX-License-Identifier: Apache-2.0
 *
 * Between vault.c and vault_keks.c only.
 */
#ifndef GRANTRY_PLATFORM_VAULT_INT_H
#define GRANTRY_PLATFORM_VAULT_INT_H

struct vault_keks;

/** vault_kek_bytes(keks, id): VAULT_KEY_SIZE bytes, borrowed; NULL when there is no such key. */
const unsigned char *vault_kek_bytes(const struct vault_keks *keks, const char *id);

#endif
