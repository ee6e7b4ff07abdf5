import { isDeepStrictEqual } from 'node:util';
import { toPlain } from './values.mjs';

// Tests that the Node driver itself does not pass; its own suite leaves out the same ones.
const DRIVER_DEVIATIONS = [
  [
    /^inserting _id with type null via (insertOne|insertMany|bulkWrite|clientBulkWrite)$/,
    'the driver replaces a null _id',
  ],
  [
    /^(Aggregate with \$out|BulkWrite|FindOneAndReplace|FindOneAndUpdate|InsertMany) passes bypassDocumentValidation: false$/,
    'the driver does not send bypassDocumentValidation: false',
  ],
  [
    /^partialResult is unset when (all operations fail|first operation fails)/,
    'the driver sets partialResult',
  ],
  [/^Download succeeds on first attempt$/, 'the driver sends {_id: {$eq: …}}'],
  [/^download when final chunk is missing$/, 'the driver ends the stream without an error'],
];

const cmpVersion = (a, b) => {
  const [x, y] = [a, b].map((v) => v.split('-')[0].split('.').map(Number));
  for (let i = 0; i < 3; i++) if ((x[i] ?? 0) !== (y[i] ?? 0)) return (x[i] ?? 0) - (y[i] ?? 0);
  return 0;
};

function unmetOf(requirement, server) {
  const { minServerVersion: min, maxServerVersion: max, topologies, auth } = requirement;
  if (min && cmpVersion(server.version, min) < 0) return `needs server >= ${min}`;
  if (max && cmpVersion(server.version, max) > 0) return `needs server <= ${max}`;
  const fits = (topology) =>
    topology === server.topology ||
    (topology === 'sharded-replicaset' && server.topology === 'sharded');
  if (topologies && !topologies.some(fits)) return `needs topology ${topologies.join('/')}`;
  if (auth !== undefined && auth !== server.auth) return `needs auth: ${auth}`;
  if (requirement.csfle) return 'needs client-side encryption';
  if (requirement.serverless === 'require') return 'needs serverless';
  const parameters = Object.entries(requirement.serverParameters ?? {});
  const missing = parameters.find(
    ([name, value]) => !isDeepStrictEqual(toPlain(server.parameters[name]), toPlain(value)),
  );
  return missing && `needs server parameter ${missing[0]}`;
}

function unmet(requirements, server) {
  if (!requirements?.length) return undefined;
  const reasons = requirements.map((requirement) => unmetOf(requirement, server));
  return reasons.includes(undefined) ? undefined : reasons[0];
}

/** Why a test cannot be run here; undefined if it can. */
export function reasonToSkip(file, test, server) {
  if (!file.schemaVersion.startsWith('1.')) return `schemaVersion ${file.schemaVersion}`;
  const deviation = DRIVER_DEVIATIONS.find(([pattern]) => pattern.test(test.description));
  if (deviation) return `known deviation of the Node driver: ${deviation[1]}`;
  if (test.skipReason) return 'skipReason in the test';
  const requirement =
    unmet(file.runOnRequirements, server) ?? unmet(test.runOnRequirements, server);
  if (requirement) return requirement;
  if (JSON.stringify(test.operations).includes('ailPoint"')) return 'needs fail points';
  const types = (test.expectEvents ?? []).map(({ eventType = 'command' }) => eventType);
  const other = types.find((type) => type !== 'command');
  return other && `${other} events not implemented by this runner`;
}
