import { createAgents } from '#lib/agents/http';
import { createHandler } from '#lib/api/kit/handler';
import { agentReplays, apiUrl } from '#lib/platform/settings';

export const handler = createHandler(createAgents(() => ({ url: apiUrl(), allowReplay: agentReplays() })));
