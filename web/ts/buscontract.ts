// Descriptions of packages (bus/SPEC.md, section 10), and how a method is found in one.

import { BusError } from "./buserror.ts";
import { Format, hex, methodID } from "./buswire.ts";

/** A parameter or a result. */
export interface VarDescription {
  name: string;
  /** Nothing: a value. */
  kind?: "" | "object" | "callback" | "bytes" | "items";
  /** A value's type, in Go's words; an object's name. */
  type?: string;
  /** The number of a stream. */
  stream?: number;
  callback?: MethodDescription;
}

/** A method of a service or an object, or a callback. */
export interface MethodDescription {
  name: string;
  /** Its number in hexadecimal digits; what serves it may leave it out. */
  id?: string;
  doc?: string;
  deprecated?: boolean;
  /** It has no answer. */
  notify?: boolean;
  params?: VarDescription[];
  results?: VarDescription[];
}

/** What lives as long as the call that returned it. */
export interface ObjectDescription {
  name: string;
  doc?: string;
  methods: MethodDescription[];
}

export interface ServiceDescription {
  /** service/major */
  name: string;
  doc?: string;
  /** Of values: "cbor", "json" or "raw". */
  format?: string;
  methods: MethodDescription[];
  objects?: ObjectDescription[];
  types?: unknown[];
}

/** All that a package serves. */
export interface Description {
  services: ServiceDescription[];
}

/** A method, with what is needed to call or to serve it. */
export interface Contract {
  /** Whose hash is the method's number. */
  full: string;
  method: MethodDescription;
  format: number;
  objects: readonly ObjectDescription[];
  /** The service's name. */
  service: string;
}

/** All methods of a description; throws a BusError for what is none. */
export function contracts(description: Description): Contract[] {
  return readable(() => description.services.flatMap((service) => service.methods.map((method) => contract(service, method))));
}

// What read makes of a description, which a package or the page may have got wrong.
function readable<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new BusError("invalid_argument", `the description cannot be read: ${String(error)}`);
  }
}

function contract(service: ServiceDescription, method: MethodDescription): Contract {
  const typed = (method.params?.length ?? 0) + (method.results?.length ?? 0) > 0;
  const name = service.format || (typed ? "cbor" : "json");
  const format = name === "cbor" ? Format.cbor : name === "raw" ? Format.raw : Format.json;
  return { full: `${service.name}.${method.name}`, method, format, objects: service.objects ?? [], service: service.name };
}

/** The methods of an object that a method of the service returns or takes. */
export function methodsOf(of: Contract, object: string | undefined): Contract[] {
  const methods = of.objects.find((o) => o.name === object)?.methods ?? [];
  return methods.map((method) => ({ ...of, full: `${of.service}.${object}.${method.name}`, method }));
}

/** A callback that is the parameter of a method. */
export function callbackOf(of: Contract, param: VarDescription): Contract {
  return { ...of, full: `${of.full}.${param.name}`, method: param.callback ?? { name: param.name } };
}

/** A full name names its service: service/major.Method, or a type of the Rust crates. */
export const isFull = (method: string): boolean => method.includes("/") || method.includes("::");

/** A method of which no more is known than its full name. */
export const undescribed = (full: string): Contract => ({ full, method: { name: full }, format: Format.json, objects: [], service: "" });

/** The method of a package that is meant by its full name, or by the end of one in any case. */
export function findMethod(pkg: string, list: readonly Contract[], method: string): Contract {
  if (isFull(method)) {
    return list.find((c) => c.full === method) ?? undescribed(method);
  }
  const end = `.${method.toLowerCase()}`;
  const found = list.filter((c) => `.${c.full.replace(/\/\d+/, "").toLowerCase()}`.endsWith(end));
  if (found.length === 1) return found[0]!;
  if (found.length > 1) throw new BusError("invalid_argument", `${method} may mean ${found[0]!.full} or ${found[1]!.full}`);
  throw new BusError("unimplemented", `the package ${pkg} has no method ${method}`);
}

/** A description of methods of which no more is known than their full names. */
export function describeNames(methods: readonly string[]): Description {
  const services = new Map<string, ServiceDescription>();
  for (const method of methods) {
    const dot = method.lastIndexOf(".");
    const name = method.slice(0, dot);
    if (!services.has(name)) services.set(name, { name, format: "cbor", methods: [] });
    services.get(name)!.methods.push({ name: method.slice(dot + 1) });
  }
  return { services: [...services.values()] };
}

/** The description with the number of each method; throws a BusError for what is none. */
export function numbered(description: Description): Description {
  return readable(() => withNumbers(description));
}

function withNumbers(description: Description): Description {
  const methods = (prefix: string, list: readonly MethodDescription[]): MethodDescription[] =>
    list.map((m) => ({ ...m, id: hex(methodID(`${prefix}.${m.name}`)) }));
  return {
    services: description.services.map((s) => ({
      ...s,
      methods: methods(s.name, s.methods),
      ...(s.objects ? { objects: s.objects.map((o) => ({ ...o, methods: methods(`${s.name}.${o.name}`, o.methods) })) } : {}),
    })),
  };
}

/** The name of a method as a member of an object in JavaScript: Say is say, URLFor urlFor, ID id. */
export function memberName(name: string): string {
  return name.replace(/^[A-Z]+(?![a-z])|^[A-Z]/, (head) => head.toLowerCase());
}
