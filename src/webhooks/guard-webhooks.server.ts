import type { FastifyInstance } from 'fastify';
import { WEBHOOK_SECRET_HEADER } from '../channels/address-webhook.js';
import { EvolutionDoorService } from './evolution-door.service.js';
import type { AdmittedRequest } from './evolution-webhook.controller.js';

/**
 * Puts the door in front of the body parser: Nest's guards run after it, and a stranger's 25 MB are not worth reading.
 * To be called before the routes exist.
 */
export function guardWebhooks(fastify: FastifyInstance, door: EvolutionDoorService): void {
  fastify.addHook('onRequest', async (request) => {
    if (!door.guards(request.url)) return;
    (request as AdmittedRequest).channel = await door.admit(request.url, request.headers[WEBHOOK_SECRET_HEADER]);
  });
}
