import type { PoolClient } from 'pg';
import { v7 as uuid7 } from 'uuid';
import { hashContent } from '../evolution-api/hash-text.js';
import { queueSend } from './send-message.queries.js';

/**
 * Queues a text that the settings say, not a model: the announcement of a person, a waiting text. It leaves as a send does,
 * whoever has the chat; announce SEND after COMMIT.
 */
export async function sayInChat(tx: PoolClient, workspaceId: string, chatId: string, text: string): Promise<void> {
  await queueSend(tx, {
    ...{ workspaceId, chatId, messageId: uuid7(), turnId: uuid7(), partId: uuid7(), interactionId: uuid7() },
    ...{ author: 'API', userId: null, type: 'TEXT', text, content: null, media: null, quotedId: null },
    textHash: Buffer.from(hashContent('TEXT', text)),
  });
}
