import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import { Disk } from 'flydrive';
import { FSDriver } from 'flydrive/drivers/fs';
import { CONFIG, type RuntimeConfig, type S3Options } from '../config.js';

/** Files by their keys (`storageKey`): in a folder of this machine, or in a bucket. */
@Injectable()
export class StorageService {
  private opened: Promise<Disk> | undefined;

  constructor(@Inject(CONFIG) private readonly config: RuntimeConfig) {}

  /** Keeps `bytes` under `key`, in place of what was there. */
  async put(key: string, bytes: Uint8Array, contentType: string): Promise<void> {
    await (await this.disk()).put(key, bytes, { contentType, visibility: 'private' });
  }

  /** The whole file. @throws when there is none */
  async get(key: string): Promise<Buffer> {
    return Buffer.from(await (await this.disk()).getBytes(key));
  }

  /** The file as it is read. @throws when there is none, or while it is read */
  async stream(key: string): Promise<Readable> {
    const disk = await this.disk();
    // A folder's stream fails only when it is read; whoever serves it has said 200 by then.
    await disk.getMetaData(key);
    return disk.getStream(key);
  }

  /** Not being there is success. */
  async delete(key: string): Promise<void> {
    await (await this.disk()).delete(key);
  }

  /**
   * An address of the bucket's own that shows the file for `seconds`, with these headers; undefined where files are
   * in a folder, which has no addresses.
   */
  async presign(
    key: string,
    seconds: number,
    headers: { readonly contentType: string; readonly contentDisposition: string },
  ): Promise<string | undefined> {
    if (!this.config.s3) return undefined;
    return (await this.disk()).getSignedUrl(key, { expiresIn: seconds, ...headers });
  }

  private disk(): Promise<Disk> {
    const { s3, dataDir } = this.config;
    this.opened ??= s3
      ? openBucket(s3)
      : Promise.resolve(new Disk(new FSDriver({ location: join(dataDir, 'media'), visibility: 'private' })));
    return this.opened;
  }
}

/** Loaded only where it is used: the AWS SDK would cost every installation a tenth of a second and 30 MB. */
async function openBucket({ bucket, region, endpoint, credentials }: S3Options): Promise<Disk> {
  const { S3Driver } = await import('flydrive/drivers/s3');
  return new Disk(
    new S3Driver({
      bucket,
      region,
      visibility: 'private',
      // Buckets of today have no access lists, and most compatible servers never had.
      supportsACL: false,
      ...(endpoint ? { endpoint, forcePathStyle: true } : {}),
      ...(credentials ? { credentials } : {}),
    }),
  );
}
