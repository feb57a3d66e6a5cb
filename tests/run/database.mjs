// SPDX-License-Identifier: Apache-2.0
// The database of a stack, past the product: to look, to age a row, to break one.
//
//   const db = database(stack);
//   await db.rows('SELECT HEX(id), name FROM tenants')     rows of texts; NULL is "NULL"
//   await db.run('UPDATE sessions SET created_at = 1')
//   await db.state()                a text that changes when anything but the audit log and last_seen_at does
//   await db.of(tenant)             the same of one tenant's rows (id as hex), its sessions included
//
//   const db = databaseSession(stack);  one connection that stays open, for what is asked often: rows, run; end()
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const run = promisify(execFile);

export const hexOf = (uuid) => uuid.replaceAll('-', '').toUpperCase();
export const uuidOf = (hex) =>
  hex.toLowerCase().replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

export function database(stack, user = 'root', password = '') {
  const login = ['--no-defaults', `--socket=${stack.socket}`, `--user=${user}`];
  const options = { maxBuffer: 1 << 28, env: { ...process.env, MYSQL_PWD: password } };
  const client = async (sql) => (await run('mariadb', [...login, '-N', '-B', 'grantry', '-e', sql], options)).stdout;
  const dump = async (...args) => (await run('mariadb-dump', [...login, '--skip-comments', '--hex-blob', ...args], options)).stdout;
  const rows = async (sql) => (await client(sql)).split('\n').slice(0, -1).map((line) => line.split('\t'));
  const digest = (text) => createHash('sha256').update(text).digest('hex');
  let tables;

  // Tables with a tenant_id, and all.
  async function schema() {
    if (!tables) {
      const found = await rows(`SELECT t.table_name, MAX(c.column_name = 'tenant_id') FROM information_schema.tables t
        JOIN information_schema.columns c USING (table_schema, table_name)
        WHERE t.table_schema = 'grantry' GROUP BY t.table_name`);
      tables = { all: found.map(([name]) => name), owned: found.filter(([, owned]) => owned === '1').map(([name]) => name) };
    }
    return tables;
  }

  return {
    rows,
    run: client,
    dump,
    state: async () => {
      const { all } = await schema();
      const still = all.filter((name) => !['audit_events', 'sessions', 'revocations'].includes(name)); // revocations go on by themselves
      return client(`CHECKSUM TABLE ${still.join(', ')};
        SELECT HEX(token_hash), HEX(user_id), HEX(tenant_id), must_set_password, created_at FROM sessions ORDER BY 1;
        SELECT HEX(tenant_id), HEX(id), name, HEX(requested_by), created_at FROM revocations ORDER BY 1, 2`);
    },
    of: async (tenant) => {
      const { owned } = await schema();
      const still = owned.filter((name) => name !== 'audit_events');
      return digest(await dump('--no-create-info', '--order-by-primary', `--where=tenant_id = X'${tenant}'`, 'grantry', ...still));
    },
  };
}

export function databaseSession(stack) {
  const client = spawn('mariadb', ['--no-defaults', `--socket=${stack.socket}`, '--user=root', '-N', '-B', '--unbuffered', 'grantry'],
    { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: client.stdout })[Symbol.asyncIterator]();
  const rows = async (sql) => {
    client.stdin.write(`${sql};\nSELECT '-- end';\n`);
    const found = [];
    for (;;) {
      const { value, done } = await lines.next();
      if (done) throw new Error(`the database refused: ${sql}`);
      if (value === '-- end') return found;
      found.push(value.split('\t'));
    }
  };
  return { rows, run: rows, end: () => client.stdin.end() };
}
