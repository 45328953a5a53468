import { inheritOrigin, placeOf } from '../document/places.ts';
import type { Place } from '../document/places.ts';
import { ConfigError } from '../errors.ts';
import { evaluateExpression, ExpressionError } from './expression.ts';
import { PatternError } from './patterns.ts';
import type { PipelineValues } from './pipeline.ts';
import type { Scope } from './scope.ts';
import { fillTemplate, TemplateError } from './template.ts';
import { isMapping } from './values.ts';

interface FrameParts {
  readonly scope: Scope;
  readonly pipeline: PipelineValues;
  readonly parameters?: ReadonlyMap<string, unknown>;
  readonly matrix?: ReadonlyMap<string, unknown>;
  readonly element?: readonly string[];
  readonly calls?: readonly string[];
  readonly place?: Place | undefined;
  readonly commands?: readonly string[];
}

/**
 * One place of the expansion: in which scope names are looked up, which parameters are bound, and the trail that an
 * error names. Frames are immutable; going deeper makes a new one.
 */
export class Frame {
  constructor(private readonly parts: FrameParts) {}

  get scope(): Scope {
    return this.parts.scope;
  }

  get pipeline(): PipelineValues {
    return this.parts.pipeline;
  }

  get element(): readonly string[] {
    return this.parts.element ?? [];
  }

  get place(): Place | undefined {
    return this.parts.place;
  }

  /** The commands being expanded, outermost first: one that appears twice calls itself. */
  get commands(): readonly string[] {
    return this.parts.commands ?? [];
  }

  /** Goes into a part of the configuration, such as `step 3`. */
  into(element: string | undefined, place: Place | undefined): Frame {
    return new Frame({
      ...this.parts,
      element: element === undefined ? this.element : [...this.element, element],
      place: place ?? this.place,
    });
  }

  /** The frame in which an element's body is read: its own scope and parameters, the trail continued. */
  call(
    kind: 'workflow' | 'job' | 'command' | 'executor',
    name: string,
    callee: {
      scope: Scope;
      parameters?: ReadonlyMap<string, unknown>;
      place?: Place | undefined;
    },
  ): Frame {
    const { matrix: _caller, ...parts } = this.parts;
    return new Frame({
      ...parts,
      scope: callee.scope,
      parameters: callee.parameters ?? new Map<string, unknown>(),
      element: [...this.element, `${kind} ${name}`],
      calls: [...(this.parts.calls ?? []), `Error calling ${kind}: '${name}'`],
      place: callee.place ?? this.place,
      commands: kind === 'command' ? [...this.commands, `${callee.scope.path}:${name}`] : this.commands,
    });
  }

  withParameters(parameters: ReadonlyMap<string, unknown>): Frame {
    return new Frame({ ...this.parts, parameters });
  }

  withMatrix(matrix: ReadonlyMap<string, unknown>): Frame {
    return new Frame({ ...this.parts, matrix });
  }

  fail(reason: string, at: { place?: Place | undefined; parameter?: string } = {}): ConfigError {
    return new ConfigError({
      reason,
      place: at.place ?? this.place,
      element: this.element,
      calls: this.parts.calls ?? [],
      ...(at.parameter === undefined ? {} : { parameter: at.parameter }),
    });
  }

  /** Runs something that knows nothing of places, and gives its error this frame's. */
  guard<T>(work: () => T, place?: Place): T {
    try {
      return work();
    } catch (error) {
      if (
        error instanceof TemplateError ||
        error instanceof ExpressionError ||
        error instanceof PatternError
      ) {
        throw this.fail(error.message, { place });
      }
      throw error;
    }
  }

  /** Fills every template in a value, keys included. Values that a template brought in are not read again. */
  resolve(value: unknown, place?: Place): unknown {
    if (typeof value === 'string') {
      return this.guard(
        () =>
          fillTemplate(value, {
            variable: (path) => this.variable(path, place),
            expression: (source) => this.expression(source, place),
          }),
        place,
      );
    }
    if (Array.isArray(value)) {
      const list: readonly unknown[] = value;
      return inheritOrigin(
        list.map((item, index) => this.resolve(item, placeOf(list, index) ?? place)),
        list,
      );
    }
    if (!isMapping(value)) {
      return value;
    }
    const entries = Object.entries(value).map(([key, item]) => {
      const at = placeOf(value, key) ?? place;
      return [String(this.resolve(key, at)), this.resolve(item, at)] as const;
    });
    return inheritOrigin(Object.fromEntries(entries), value);
  }

  /** Computes an expression string; only pipeline values are known to it. */
  expression(source: string, place?: Place): unknown {
    return this.guard(() => evaluateExpression(source, (path) => this.pipelineValue(path, place)), place);
  }

  private variable(path: string, place: Place | undefined): unknown {
    const dot = path.indexOf('.');
    const [root, name] = dot === -1 ? [path, ''] : [path.slice(0, dot), path.slice(dot + 1)];
    if (root === 'parameters') {
      if (this.parts.parameters?.has(name) !== true) {
        throw this.fail(`Arguments referenced without declared parameters: ${name}`, {
          place,
          parameter: name,
        });
      }
      return this.parts.parameters.get(name);
    }
    if (root === 'matrix' && this.parts.matrix?.has(name) === true) {
      return this.parts.matrix.get(name);
    }
    return this.pipelineValue(path, place);
  }

  private pipelineValue(path: string, place: Place | undefined): unknown {
    // Pipeline parameters stay out of orbs, inline ones too; other pipeline values are visible everywhere.
    // Source: CircleCI docs, "Pipeline values and parameters", the scope of parameters.
    const hidden = this.scope.isOrb && path.startsWith('pipeline.parameters.');
    if (hidden || !this.pipeline.has(path)) {
      throw this.fail(`Unknown variable(s): ${path}`, { place });
    }
    return this.pipeline.get(path);
  }
}
