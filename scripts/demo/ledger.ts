import type { Visit } from './visitors.ts';

/** A moment and a later one, in milliseconds since the epoch. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** An order as the database has it in the end. */
export interface Order {
  readonly id: number;
  readonly placedAt: number;
  readonly doneAt: number | undefined;
  /** Packing writes one; two mean that it was packed twice. */
  readonly receipts: number;
}

/** What was measured while one maintenance window opened and closed. */
export interface Facts {
  /** From the page's going on to its going off. */
  readonly page: Span;
  /** From the moment in which the last worker was seen gone until the workers were called back. */
  readonly standstill: Span;
  readonly visits: readonly Visit[];
  /** Editions of the code before and after. */
  readonly editions: readonly [before: number, after: number];
  /** Ids of the orders that the database took from this act's customers. */
  readonly placed: readonly number[];
  readonly orders: readonly Order[];
  /** Each customer's id and name. */
  readonly customers: { readonly before: readonly string[]; readonly after: readonly string[] };
  /** Process types with quantity and size. */
  readonly formation: { readonly before: string; readonly after: string };
}

/** One line of the closing table. */
export interface Row {
  readonly label: string;
  readonly value: string;
}

/** The closing numbers, and what of them must not be; empty where all is well. */
export interface Balance {
  readonly rows: readonly Row[];
  readonly complaints: readonly string[];
}

/** Draws up the balance. It complains of an act that proves nothing, too: without a visit, none can be lost. */
export function balance(facts: Facts): Balance {
  const { page, standstill, visits, editions, formation } = facts;
  const lost = visits.flatMap((visit) => (visit.kind === 'lost' ? [visit.why] : []));
  const pages = visits.filter(({ kind }) => kind === 'page').length;
  const [old, young] = editions.map(
    (edition) => visits.filter((visit) => visit.kind === 'served' && visit.edition === edition).length,
  ) as [number, number];
  const during = (at: number | undefined): boolean =>
    at !== undefined && at > standstill.from && at < standstill.to;
  const waiting = facts.orders.filter(({ placedAt }) => during(placedAt)).length;
  const packed = facts.orders.filter(({ doneAt }) => during(doneAt)).length;
  const orders = countOrders(facts);
  const customers = compareCustomers(facts);
  const rows: Row[] = [
    { label: 'the maintenance page was up for', value: seconds(page) },
    { label: 'the workers stood still for', value: seconds(standstill) },
    { label: 'requests served by the code before', value: String(old) },
    { label: 'requests given the maintenance page', value: String(pages) },
    { label: 'requests served by the code after', value: String(young) },
    { label: 'requests lost', value: String(lost.length) },
    { label: 'orders placed while the workers stood still', value: String(waiting) },
    { label: 'orders packed while the workers stood still', value: String(packed) },
    { label: 'orders in all: packed once', value: String(orders.once) },
    { label: '  missing, unpacked, packed twice', value: orders.wrong.join(', ') },
    { label: 'customers in all: as before', value: String(customers.same) },
    { label: '  missing, doubled, altered', value: customers.wrong.join(', ') },
    { label: 'formation as found', value: formation.before === formation.after ? 'yes' : 'NO' },
  ];
  const complaints: readonly (readonly [boolean, string])[] = [
    [lost.length > 0, `${lost.length} requests were lost: ${[...new Set(lost)].slice(0, 5).join('; ')}`],
    [old + pages + young + lost.length < visits.length, 'another edition of the code served requests'],
    [old === 0 || pages === 0 || young === 0, 'there were no requests before, in or after the window'],
    [waiting === 0, 'no order was placed while the workers stood still'],
    [packed > 0, `${packed} orders were packed while the workers were to stand still`],
    [orders.wrong.some(Boolean), `orders missing, unpacked, packed twice: ${orders.wrong.join(', ')}`],
    [customers.wrong.some(Boolean), `customers missing, doubled, altered: ${customers.wrong.join(', ')}`],
    [customers.same === 0, 'there were no customers'],
    [
      formation.before !== formation.after,
      `the formation was ${formation.before} and is ${formation.after} now`,
    ],
  ];
  return { rows, complaints: complaints.flatMap(([wrong, text]) => (wrong ? [text] : [])) };
}

function countOrders({ placed, orders }: Facts): { readonly once: number; readonly wrong: number[] } {
  const byId = new Map(orders.map((order) => [order.id, order]));
  const missing = placed.filter((id) => !byId.has(id)).length;
  const unpacked = orders.filter(({ doneAt, receipts }) => doneAt === undefined || receipts === 0).length;
  const twice = orders.filter(({ receipts }) => receipts > 1).length;
  return { once: orders.length - unpacked - twice, wrong: [missing, unpacked, twice] };
}

function compareCustomers({ customers }: Facts): { readonly same: number; readonly wrong: number[] } {
  const id = (line: string): string => line.split(' ', 1)[0] ?? '';
  const before = new Map(customers.before.map((line) => [id(line), line]));
  const after = new Map(customers.after.map((line) => [id(line), line]));
  const missing = [...before.keys()].filter((key) => !after.has(key)).length;
  const same = [...before].filter(([key, line]) => after.get(key) === line).length;
  const altered = before.size - missing - same;
  return { same, wrong: [missing, customers.after.length - before.size + missing, altered] };
}

function seconds({ from, to }: Span): string {
  return `${((to - from) / 1000).toFixed(1)} s`;
}
