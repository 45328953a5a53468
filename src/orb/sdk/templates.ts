/**
 * A reference to a parameter of the element it stands in. As the whole of a value it keeps the
 * parameter's type; a boolean that fills an `environment` value arrives as 1 or 0
 * (CircleCI: "Reusable configuration reference", boolean parameters).
 */
export function parameterReference(name: string): string {
  return `<< parameters.${name} >>`;
}

/** What `circleci orb pack` replaces by a file's text; the path is relative to the unpacked orb's root. */
export function include(path: string): string {
  return `<<include(${path})>>`;
}

/**
 * Text that is meant literally: in configuration 2.1 every `<<` opens a template unless a backslash
 * stands before it, in descriptions and scripts too.
 */
export function escapeTemplates(text: string): string {
  return text.replaceAll('<<', '\\<<');
}

/** What {@link escapeTemplates} was given: the text as the compiler hands it on. */
export function unescapeTemplates(text: string): string {
  return text.replaceAll('\\<<', '<<');
}
