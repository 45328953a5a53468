import { matchesFully } from './patterns.ts';
import { isTruthy, scalarText } from './values.ts';

/** An expression string that cannot be read or computed; the caller adds place and element. */
export class ExpressionError extends Error {}

type Node =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'not'; readonly operand: Node }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: Node; readonly right: Node };

interface Token {
  readonly kind: 'string' | 'pattern' | 'number' | 'word' | 'operator' | 'end';
  readonly text: string;
}

const TOKEN =
  /\s*(?:("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|\/((?:[^/\\]|\\.)+)\/|(-?\d+(?:\.\d+)?)(?![\w.])|(==|!=|>=|<=|>|<|\(|\))|([A-Za-z_][\w-]*(?:\.[\w-]+)*))/y;

function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (source.slice(TOKEN.lastIndex).trim() !== '') {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(source);
    if (match === null) {
      throw new ExpressionError(
        `The expression ${JSON.stringify(source)} cannot be read from "${source.slice(at).trim()}".`,
      );
    }
    const [, string, pattern, number, operator, word] = match;
    if (string !== undefined) {
      tokens.push({ kind: 'string', text: string.slice(1, -1).replace(/\\(["'\\])/g, '$1') });
    } else if (pattern !== undefined) {
      tokens.push({ kind: 'pattern', text: pattern.replace(/\\\//g, '/') });
    } else if (number !== undefined) {
      tokens.push({ kind: 'number', text: number });
    } else if (operator !== undefined) {
      tokens.push({ kind: 'operator', text: operator });
    } else {
      tokens.push({ kind: 'word', text: word ?? '' });
    }
  }
  return tokens;
}

const COMPARISONS = new Set(['==', '!=', '>=', '<=', '>', '<', 'starts-with', 'matches']);

class Parser {
  private at = 0;

  constructor(
    private readonly source: string,
    private readonly tokens: readonly Token[],
  ) {}

  parse(): Node {
    const node = this.either();
    if (this.peek().kind !== 'end') throw this.unexpected();
    return node;
  }

  private peek(): Token {
    return this.tokens[this.at] ?? { kind: 'end', text: 'the end' };
  }

  private takes(kind: Token['kind'], text: string): boolean {
    const token = this.peek();
    const found = token.kind === kind && token.text === text;
    if (found) this.at += 1;
    return found;
  }

  private unexpected(): ExpressionError {
    return new ExpressionError(
      `The expression ${JSON.stringify(this.source)} has "${this.peek().text}" where it cannot stand.`,
    );
  }

  private either(): Node {
    let left = this.both();
    while (this.takes('word', 'or')) left = { kind: 'binary', operator: 'or', left, right: this.both() };
    return left;
  }

  private both(): Node {
    let left = this.negation();
    while (this.takes('word', 'and'))
      left = { kind: 'binary', operator: 'and', left, right: this.negation() };
    return left;
  }

  private negation(): Node {
    return this.takes('word', 'not') ? { kind: 'not', operand: this.negation() } : this.comparison();
  }

  private comparison(): Node {
    const left = this.primary();
    const token = this.peek();
    if ((token.kind === 'operator' || token.kind === 'word') && COMPARISONS.has(token.text)) {
      this.at += 1;
      return { kind: 'binary', operator: token.text, left, right: this.primary() };
    }
    return left;
  }

  private primary(): Node {
    if (this.takes('operator', '(')) {
      const inner = this.either();
      if (!this.takes('operator', ')')) throw this.unexpected();
      return inner;
    }
    const token = this.peek();
    if (token.kind === 'end' || token.kind === 'operator' || COMPARISONS.has(token.text))
      throw this.unexpected();
    this.at += 1;
    if (token.kind === 'string' || token.kind === 'pattern') return { kind: 'value', value: token.text };
    if (token.kind === 'number') return { kind: 'value', value: Number(token.text) };
    if (token.text === 'true' || token.text === 'false')
      return { kind: 'value', value: token.text === 'true' };
    return { kind: 'path', path: token.text };
  }
}

/** True when the text is an expression at all; used to check `filters` and `when` strings. */
export function parseExpression(source: string): Node {
  return new Parser(source, tokenize(source)).parse();
}

/**
 * Computes an expression string such as `pipeline.git.branch == "main" and pipeline.number > 3`. `and` and `or` return
 * one of their operands. Source: Configuration reference, "Using expressions in your configuration".
 * @throws ExpressionError when it cannot be read, or when values of different kinds are put in order.
 */
export function evaluateExpression(source: string, lookUp: (path: string) => unknown): unknown {
  return evaluate(parseExpression(source), lookUp);
}

function evaluate(node: Node, lookUp: (path: string) => unknown): unknown {
  switch (node.kind) {
    case 'value':
      return node.value;
    case 'path':
      return lookUp(node.path);
    case 'not':
      return !isTruthy(evaluate(node.operand, lookUp));
    case 'binary': {
      const left = evaluate(node.left, lookUp);
      if (node.operator === 'and') return isTruthy(left) ? evaluate(node.right, lookUp) : left;
      if (node.operator === 'or') return isTruthy(left) ? left : evaluate(node.right, lookUp);
      return compare(node.operator, left, evaluate(node.right, lookUp));
    }
  }
}

function compare(operator: string, left: unknown, right: unknown): boolean {
  switch (operator) {
    case '==':
      return left === right;
    case '!=':
      return left !== right;
    case 'starts-with':
      return scalarText(left).startsWith(scalarText(right));
    case 'matches':
      return matchesFully(scalarText(right), scalarText(left));
    default:
      return order(operator, left, right);
  }
}

function order(operator: string, left: unknown, right: unknown): boolean {
  const comparable =
    (typeof left === 'number' && typeof right === 'number') ||
    (typeof left === 'string' && typeof right === 'string');
  if (!comparable) {
    throw new ExpressionError(
      `"${operator}" compares two numbers or two strings, not ${JSON.stringify(left)} and ${JSON.stringify(right)}.`,
    );
  }
  if (operator === '>') return left > right;
  if (operator === '<') return left < right;
  return operator === '>=' ? left >= right : left <= right;
}
