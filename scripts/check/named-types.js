// Whether a user can name every type that the library's signatures speak of.
import { join } from 'node:path';

/**
 * @param {typeof import('typescript')} ts TypeScript 5: later ones have no such interface
 * @param {string} folder of the installed package
 * @param {readonly string[]} entries its declaration files, as paths within it
 * @returns {string[]} the types of ours that public declarations mention and no entry exports, with where they are mentioned
 */
export function unnamedTypes(ts, folder, entries) {
  const files = entries.map((entry) => join(folder, entry));
  const options = { module: ts.ModuleKind.NodeNext, types: ['node'], lib: ['lib.es2023.d.ts'], strict: true };
  const program = ts.createProgram(files, options);
  const checker = program.getTypeChecker();
  const resolved = (symbol) =>
    symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  const exported = new Set(
    files.flatMap((file) => {
      const module = checker.getSymbolAtLocation(program.getSourceFile(file));
      return checker.getExportsOfModule(module).map(resolved);
    }),
  );
  const missing = new Map();
  for (const symbol of exported) {
    for (const declaration of symbol.declarations ?? []) visit(declaration, symbol.name);
  }
  return [...missing].map(([name, user]) => `${name}, in ${user}`).sort();

  function visit(node, user) {
    // Whatever is private has no type in a declaration.
    const name = ts.isTypeReferenceNode(node)
      ? node.typeName
      : ts.isExpressionWithTypeArguments(node)
        ? node.expression
        : null;
    const found = name && checker.getSymbolAtLocation(name);
    if (found) note(resolved(found), user);
    ts.forEachChild(node, (child) => visit(child, user));
  }

  function note(symbol, user) {
    const [declaration] = symbol.declarations ?? [];
    const isOurs = declaration?.getSourceFile().fileName.startsWith(join(folder, 'dist'));
    const isParameter = declaration && ts.isTypeParameterDeclaration(declaration);
    if (isOurs && !isParameter && !exported.has(symbol) && !missing.has(symbol.name))
      missing.set(symbol.name, user);
  }
}
