import type { Resources } from '../environment';
import type { Gateway } from '../gateway';
import { appStage } from '../names';
import { isLean } from '../settings';
import { awsWidgets } from './aws-widgets';
import { hubWidgets } from './hub-widgets';
import { alarmStates, layOut } from './widgets';

/** One page for everything: what rings, what the hub does, and what it runs on. A lean deployment has none. */
export function dashboard(resources: Resources, { api }: Gateway, alarms: aws.cloudwatch.MetricAlarm[]): void {
  if (isLean()) return;
  const arns = alarms.map(({ arn }) => arn);
  const half = Math.ceil(arns.length / 2);
  // One widget takes a hundred.
  const ringing = [alarmStates('Alarms', arns.slice(0, half)), alarmStates('More alarms', arns.slice(half))];
  new aws.cloudwatch.Dashboard('Dashboard', {
    dashboardName: appStage(),
    dashboardBody: $jsonStringify({
      start: '-PT12H',
      widgets: layOut([ringing, ...hubWidgets(), ...awsWidgets(resources, api)]),
    }),
  });
}
