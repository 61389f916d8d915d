import { synthesize } from './graph.ts';
import { describeAgreement } from './suites/agreement.ts';
import { describeAlarms } from './suites/alarms.ts';
import { describeCalls, describeDeployer } from './suites/authorization.ts';
import { describeDashboard } from './suites/dashboard.ts';
import { describeFunctions } from './suites/functions.ts';
import { describeLean } from './suites/lean.ts';
import { describePermissions } from './suites/permissions.ts';
import { describeQueues } from './suites/queues.ts';
import { describeRoutesAndSchedules } from './suites/routes-and-schedules.ts';
import { describeStorage } from './suites/storage.ts';

// Each stage is synthesized once for all suites, as that takes most of the time.
const [graph, production, everything] = await Promise.all([
  synthesize('test', 'bundled', { WATCH: 'full' }),
  synthesize('production', 'unbundled'),
  // What settings add.
  synthesize('everything', 'unbundled', {
    DOMAIN: 'api.example.com',
    ALARM_EMAIL: 'ops@example.com',
    MONTHLY_BUDGET_USD: '100',
  }),
]);

describeFunctions(graph);
describePermissions(graph);
describeQueues(graph);
describeRoutesAndSchedules(graph);
describeStorage(graph, production);
describeAlarms(graph);
describeLean(production, graph);
describeDashboard(graph);
describeAgreement(graph);
describeCalls(graph);
describeDeployer([graph, production, everything]);
