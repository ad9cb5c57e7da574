/**
 * Two rules of style for oxlint, which has none for them: a plugin in ESLint's form, named in .oxlintrc.json.
 *
 * Everything that looks at whole files (openings, lengths, words) is in check-house.mjs; here is what needs the syntax tree.
 */

/** A word in capitals: WGSL in template strings has its own, which the tree does not show. */
const capitals = /^[A-Z][A-Z0-9_]+$/;

const constantNames = {
  create: (context) => ({
    VariableDeclarator(node) {
      if (node.id.type !== "Identifier" || !capitals.test(node.id.name)) return;
      const { parent } = node.parent;
      if (parent.type !== "Program" && parent.type !== "ExportNamedDeclaration") return;
      context.report({
        node: node.id,
        message: `Constants are in lowerCamelCase like everything else: ${node.id.name}.`,
      });
    },
  }),
};

/** A private constructor is the one member that the language has no # for. */
const privateMembers = {
  create: (context) => {
    const check = (node) => {
      if (node.accessibility !== "private" || node.kind === "constructor") return;
      context.report({
        node,
        message: "A member that nobody else sees is #private in the language, not `private` in types.",
      });
    };
    return { PropertyDefinition: check, MethodDefinition: check, TSParameterProperty: check, AccessorProperty: check };
  },
};

export default {
  meta: { name: "house" },
  rules: { "constant-names": constantNames, "private-members": privateMembers },
};
