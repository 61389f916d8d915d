import type { Resources } from '../environment';
import type { Gateway } from '../gateway';
import { alarmsTo } from './alarm';
import { createAlarmTopic } from './alarm-topic';
import { edgeAlarms } from './edge-alarms';
import { functionAlarms } from './function-alarms';
import { marketplaceAlarms } from './marketplace-alarms';
import { queueAlarms } from './queue-alarms';

/** Everything that a person must be told of. docs/operate.md has a section for each kind. */
export function alarms(resources: Resources, { api }: Gateway, scheduleDeadLetters: sst.aws.Queue) {
  const { createAlarm, created } = alarmsTo(createAlarmTopic().arn);
  queueAlarms(createAlarm, resources, scheduleDeadLetters);
  marketplaceAlarms(createAlarm);
  functionAlarms(createAlarm, resources);
  edgeAlarms(createAlarm, resources, api);
  return created;
}
