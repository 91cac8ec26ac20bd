// The figures of all processors as those of one. Nothing is certain about the answer of a peer.

import { MAX_ENDPOINTS } from './figures.js';

const TOPIC = ['read', 'counted', 'duplicate', 'deadLettered', 'late', 'missing',
  'completeUntilSeconds', 'lagSeconds', 'lagRecords'];

const isObject = value => value !== null && typeof value === 'object' && !Array.isArray(value);
const isFigure = value => value === null || Number.isFinite(value);

function isEndpoint(each) {
  return isObject(each) && typeof each.name === 'string' && [each.requests, each.serverErrors].every(Number.isFinite);
}

function isTopic(each) {
  return isObject(each) && typeof each.name === 'string' && TOPIC.every(name => isFigure(each[name]));
}

function isOfProcessor(figures) {
  if (![figures, figures?.service, figures?.serving, figures?.traffic].every(isObject)) return false;
  const { serving, traffic, topics } = figures;
  const { endpoints, buckets, ...sums } = traffic;
  return [serving.partitions, endpoints, buckets, topics].every(Array.isArray)
    && [true, false, null].includes(serving.ledgersBalance)
    && Object.values(sums).every(isFigure) && endpoints.every(isEndpoint) && topics.every(isTopic)
    && buckets.every(each => isObject(each) && isFigure(each.le) && Number.isFinite(each.count));
}

/**
 * The figures of all processors as those of one. A peer that does not answer or answers something
 * else, counts into another generation or serves a partition twice is left out; its partitions are
 * missing then.
 */
export function merged(snapshot) {
  const all = { ...snapshot, serving: { ...snapshot.serving }, owners: [], silent: [] };
  all.owners.push({ address: snapshot.service.address || 'this process', partitions: snapshot.serving.partitions });
  const served = new Set(snapshot.serving.partitions);
  const isNew = each => Number.isInteger(each) && each >= 0 && each < all.serving.all && !served.has(each);
  for (const { address, figures } of snapshot.peers ?? []) {
    if (!isOfProcessor(figures) || figures.version !== snapshot.version
        || figures.service.generation !== snapshot.service.generation || !figures.serving.partitions.every(isNew)) {
      all.silent.push(address);
      continue;
    }
    all.owners.push({ address, partitions: figures.serving.partitions });
    figures.serving.partitions.forEach(each => served.add(each));
    all.serving.ledgersBalance = all.serving.ledgersBalance ?? figures.serving.ledgersBalance;
    all.traffic = mergedTraffic(all.traffic, figures.traffic);
    if (all.topics.length === 0) all.topics = figures.topics;
  }
  all.serving.partitions = [...served].sort((a, b) => a - b);
  return all;
}

function plus(one, other) {
  if (one === null || one === undefined) return other ?? null;
  return other === null || other === undefined ? one : one + other;
}

function mergedTraffic(one, other) {
  const sums = {};
  for (const name of Object.keys(one)) {
    if (name !== 'endpoints' && name !== 'buckets') sums[name] = plus(one[name], other[name]);
  }
  const endpoints = new Map(one.endpoints.map(each => [each.name, each]));
  for (const each of other.endpoints) {
    const old = endpoints.get(each.name);
    endpoints.set(each.name, old ? {
      name: each.name, requests: old.requests + each.requests, serverErrors: old.serverErrors + each.serverErrors,
    } : each);
  }
  const worst = [...endpoints.values()].sort((a, b) => b.serverErrors - a.serverErrors || b.requests - a.requests);
  const buckets = one.buckets.length === 0 ? other.buckets : other.buckets.length === 0 ? one.buckets
    : one.buckets.map((bucket, i) => ({ le: bucket.le, count: bucket.count + (other.buckets[i]?.count ?? NaN) }));
  return { ...sums, endpoints: worst.slice(0, MAX_ENDPOINTS), buckets };
}
