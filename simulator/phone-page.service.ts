import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { AppError } from '../src/common/app-error.js';

const FILES: Readonly<Record<string, string>> = {
  'phone-page.html': 'text/html; charset=utf-8',
  'phone-page.css': 'text/css; charset=utf-8',
  'phone-page.js': 'text/javascript; charset=utf-8',
};

/** The page's own files: a shell without data. */
@Injectable()
export class PhonePageService {
  private readonly cache = new Map<string, Promise<string>>();

  /** @throws NOT_FOUND for anything that is not one of its files */
  async file(name: string): Promise<{ type: string; body: string }> {
    const type = FILES[name];
    if (!type) throw new AppError('NOT_FOUND');
    const body = this.cache.get(name) ?? readFile(join(import.meta.dirname, name), 'utf8');
    this.cache.set(name, body);
    return { type, body: await body };
  }
}
