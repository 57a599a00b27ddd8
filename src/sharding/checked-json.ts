import { DigitflowError, quoteValue } from '../errors.js';
import { PLAN_SCHEMA } from './plan.js';

/** An object of a plan, whose fields are looked at. */
export class Checked {
  private constructor(
    readonly given: Readonly<Record<string, unknown>>,
    readonly name: string,
    readonly where: string,
  ) {}

  static parse(text: string, name: string): Checked {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      throw notAPlan(name, `a plan (${PLAN_SCHEMA})`, 'no JSON, or a part of it');
    }
    return Checked.of(value, name, '');
  }

  static of(value: unknown, name: string, where: string): Checked {
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return new Checked(value as Record<string, unknown>, name, where === '' ? '' : `${where}.`);
    throw notAPlan(name, `${where === '' ? 'a plan' : where} as an object`, quoteValue(value));
  }

  child(field: string): Checked {
    return Checked.of(this.given[field], this.name, this.where + field);
  }

  children(field: string): Checked[] {
    const list = this.given[field];
    if (!Array.isArray(list)) throw this.wrong(field, 'a list');
    return list.map((value, index) => Checked.of(value, this.name, `${this.where}${field}[${index}]`));
  }

  text(field: string): string {
    const value = this.given[field];
    if (typeof value === 'string' && value !== '') return value;
    throw this.wrong(field, 'a text');
  }

  number(field: string): number {
    const value = this.given[field];
    if (typeof value === 'number') return value;
    throw this.wrong(field, 'a number');
  }

  count(field: string): number {
    const value = this.given[field];
    if (Number.isSafeInteger(value) && Number(value) >= 0) return Number(value);
    throw this.wrong(field, 'a whole number, 0 or more');
  }

  wrong(field: string, expected: string): DigitflowError {
    return notAPlan(this.name, `${this.where}${field} as ${expected}`, quoteValue(this.given[field]));
  }
}

/** The error PLAN_FILE. */
export function notAPlan(name: string, expected: string, found: string): DigitflowError {
  const message = `${name}: expected ${expected}, found ${found}; make it again with digitflow plan`;
  return new DigitflowError('PLAN_FILE', message);
}
