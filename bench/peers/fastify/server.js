// Issues cards with Fastify and PostgreSQL: what script/bench issue compares Cardwright with. One file, written as such
// an application usually is: a pool, named statements, one transaction a request. It writes the rows that Cardwright
// writes for the same call: idempotency record, customer's counters (locked), card, history, audit with a hash chain,
// event. Where there was a choice it got the faster way: its API key, series and label are in memory, its numbers come
// from a sequence and are not encrypted, and every connection has an audit chain of its own, so that none waits for
// another's. `server.js prepare N FILE` makes tables and N customers and writes their ids to FILE; `server.js PORT` serves.
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import Fastify from 'fastify';
import pg from 'pg';

const CONNECTIONS = 16;
const connectionString = process.env.CARDWRIGHT_TEST_POSTGRES;
const DAY_MS = 24 * 3600 * 1000;

const schema = `
    CREATE TABLE lane (id int PRIMARY KEY, sequence bigint NOT NULL, hash bytea NOT NULL);
    CREATE TABLE customer (id bigint PRIMARY KEY, external_id text UNIQUE, first_name text, mobile text UNIQUE,
        cards_active int NOT NULL, created_at bigint NOT NULL, version int NOT NULL);
    CREATE TABLE customer_series (customer_id bigint, series_id bigint, cards_active int NOT NULL, PRIMARY KEY (customer_id, series_id));
    CREATE TABLE card (id bigint PRIMARY KEY, series_id bigint NOT NULL, number text NOT NULL UNIQUE, customer_id bigint,
        status int NOT NULL, label_id bigint NOT NULL, issued_at bigint, created_at bigint NOT NULL, version int NOT NULL);
    CREATE INDEX card_customer ON card (customer_id, id);
    CREATE TABLE card_history (card_id bigint, id bigint, at_ms bigint NOT NULL, action text NOT NULL, actor text, customer_id bigint,
        new_status int NOT NULL, new_label_id bigint NOT NULL, PRIMARY KEY (card_id, id));
    CREATE TABLE audit (lane int, sequence bigint, at_ms bigint NOT NULL, actor text, request_id text, action text NOT NULL,
        subject_id bigint NOT NULL, detail text, hash bytea NOT NULL, PRIMARY KEY (lane, sequence));
    CREATE INDEX audit_by_time ON audit (at_ms, lane, sequence);
    CREATE TABLE event (lane int, sequence bigint, type text NOT NULL, subject_id bigint NOT NULL, at_ms bigint NOT NULL, data text,
        PRIMARY KEY (lane, sequence));
    CREATE TABLE idempotency (id bigint PRIMARY KEY, key_hash bytea NOT NULL UNIQUE, fingerprint bytea NOT NULL,
        http_status int NOT NULL, body text);
    CREATE SEQUENCE ids START 1000000000;
    CREATE SEQUENCE numbers;
    INSERT INTO lane SELECT n, 0, '\\x00' FROM generate_series(1, ${CONNECTIONS}) n;`;

const statement = (name, text) => ({ name, text });
const sql = {
    kept: statement('kept', 'SELECT fingerprint, http_status, body FROM idempotency WHERE key_hash = $1'),
    customer: statement('customer', 'SELECT id, cards_active FROM customer WHERE id = $1 FOR UPDATE'),
    ids: statement('ids', "SELECT nextval('ids') AS id, nextval('numbers') AS number"),
    count: statement('count', 'UPDATE customer SET cards_active = cards_active + 1, version = version + 1 WHERE id = $1'),
    countSeries: statement('countSeries', `INSERT INTO customer_series (customer_id, series_id, cards_active) VALUES ($1, $2, 1)
        ON CONFLICT (customer_id, series_id) DO UPDATE SET cards_active = customer_series.cards_active + 1`),
    card: statement('card', `INSERT INTO card (id, series_id, number, customer_id, status, label_id, issued_at, created_at, version)
        VALUES ($1, $2, $3, $4, 2, 1, $5, $5, 1)`),
    history: statement('history', `INSERT INTO card_history (card_id, id, at_ms, action, actor, customer_id, new_status, new_label_id)
        VALUES ($1, $1, $2, 'link', $3, $4, 2, 1)`),
    head: statement('head', 'SELECT sequence, hash FROM lane WHERE id = $1 FOR UPDATE'),
    audit: statement('audit', `INSERT INTO audit (lane, sequence, at_ms, actor, request_id, action, subject_id, detail, hash)
        VALUES ($1, $2, $3, $4, $5, 'card.issued', $6, $7, $8)`),
    event: statement('event', `INSERT INTO event (lane, sequence, type, subject_id, at_ms, data) VALUES ($1, $2, 'card.issued', $3, $4, $5)`),
    moveHead: statement('moveHead', 'UPDATE lane SET sequence = $2, hash = $3 WHERE id = $1'),
    keep: statement('keep', 'INSERT INTO idempotency (id, key_hash, fingerprint, http_status, body) VALUES ($1, $2, $3, $4, $5)'),
};

const digest = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();

function cardNumber(index) {
    const body = '90' + String((BigInt(index) * 7393913521n) % 10000000000000n).padStart(13, '0');
    let sum = 0;
    for (let i = 0; i < body.length; i++) {
        const digit = Number(body[body.length - 1 - i]);
        sum += i % 2 === 0 ? (digit * 2 > 9 ? digit * 2 - 9 : digit * 2) : digit;
    }
    return body + String((10 - (sum % 10)) % 10);
}

async function prepare(count, file) {
    const client = new pg.Client({ connectionString });
    await client.connect();
    await client.query(schema);
    await client.query(`INSERT INTO customer SELECT n, 'C' || n, 'Name' || n, '+49151' || lpad(n::text, 8, '0'), 0, 0, 1
        FROM generate_series(1, $1::bigint) n`, [count]);
    await client.query('VACUUM ANALYZE');
    await client.end();
    writeFileSync(file, Array.from({ length: count }, (_, i) => `cus_${String(i + 1).padStart(9, '0')}\n`).join(''));
}

async function issue(client, lane, order, keyHash, fingerprint, requestId) {
    const run = (query, values) => client.query({ ...query, values });
    const now = Date.now();
    const customerId = order.customer_id.slice(4);
    const kept = (await run(sql.kept, [keyHash])).rows[0];
    if (kept !== undefined) {
        return kept.fingerprint.equals(fingerprint) ? { status: kept.http_status, body: kept.body } : { status: 422, body: '{}' };
    }
    const customer = (await run(sql.customer, [customerId])).rows[0];
    if (customer === undefined) {
        return { status: 422, body: '{"code":"customer_not_found"}' };
    }
    const { id, number: index } = (await run(sql.ids)).rows[0];
    const number = cardNumber(index);
    await run(sql.count, [customerId]);
    await run(sql.countSeries, [customerId, 1]);
    await run(sql.card, [id, 1, number, customerId, now]);
    await run(sql.history, [id, now, 'bench', customerId]);
    const head = (await run(sql.head, [lane])).rows[0];
    const sequence = BigInt(head.sequence) + 1n;
    const detail = JSON.stringify({ customer_id: order.customer_id, series_id: order.series_id });
    const hash = digest(head.hash, JSON.stringify([lane, String(sequence), now, 'bench', requestId, 'card.issued', id, detail]));
    await run(sql.audit, [lane, sequence, now, 'bench', requestId, id, detail, hash]);
    await run(sql.event, [lane, sequence, id, now, detail]);
    await run(sql.moveHead, [lane, sequence, hash]);
    const masked = number.slice(0, 2) + '••••' + number.slice(-4);
    const card = { id: `card_${id}`, series_id: order.series_id, series_code: 'BENCH', batch_id: null, customer_id: order.customer_id,
        number: null, number_masked: masked, last4: number.slice(-4), status: 'active', status_label: 'Active',
        issued_at: new Date(now).toISOString(), expires_on: null, resting_until: null, external_id: null, nickname: null,
        source_id: null, current: true, created_at: new Date(now).toISOString(), version: 1 };
    await run(sql.keep, [id, keyHash, fingerprint, 201, JSON.stringify(card)]);
    return { status: 201, body: JSON.stringify({ ...card, number }) };
}

async function serve(port) {
    const pool = new pg.Pool({ connectionString, max: CONNECTIONS, min: CONNECTIONS });
    let lanes = 0;
    pool.on('connect', (client) => { client.lane = ++lanes; });
    const app = Fastify({ logger: false });
    const order = { type: 'object', required: ['customer_id', 'series_id'], additionalProperties: false,
        properties: { customer_id: { type: 'string', pattern: '^cus_[0-9]{9}$' }, series_id: { type: 'string', maxLength: 40 } } };
    app.get('/health', async () => ({ status: 'ok' }));
    app.post('/v1/cards', { schema: { body: order } }, async (request, reply) => {
        const key = request.headers['idempotency-key'];
        const keyHash = digest('POST /v1/cards ', key);
        const fingerprint = digest(JSON.stringify(request.body));
        const client = await pool.connect();
        let result;
        try {
            await client.query('BEGIN');
            result = await issue(client, client.lane, request.body, keyHash, fingerprint, request.id);
            await client.query(result.status === 201 ? 'COMMIT' : 'ROLLBACK');
        } catch (error) {
            await client.query('ROLLBACK');
            throw error;
        } finally {
            client.release();
        }
        return reply.code(result.status).header('content-type', 'application/json').send(result.body);
    });
    await app.listen({ host: '127.0.0.1', port });
}

const [word, ...rest] = process.argv.slice(2);
await (word === 'prepare' ? prepare(Number(rest[0]), rest[1]) : serve(Number(word)));
