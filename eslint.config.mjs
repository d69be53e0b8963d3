import js from "@eslint/js";
import globals from "globals";

// The map's scripts share one scope in the page, in the order of maps.py: TypeScript knows each name.
export default [
  { ignores: [".venv/", "node_modules/", "**/vendor/", "build/", "dist/", "site/"] },
  js.configs.recommended,
  {
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "array-callback-return": "error",
      "consistent-return": "error",
      eqeqeq: "error",
      "no-constant-binary-expression": "error",
      "no-constructor-return": "error",
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-promise-executor-return": ["error", { allowVoid: true }],
      "no-self-compare": "error",
      "no-shadow": "error",
      "no-template-curly-in-string": "error",
      "no-throw-literal": "error",
      "no-unmodified-loop-condition": "error",
      "no-unused-private-class-members": "error",
      "no-use-before-define": ["error", { functions: false, classes: false }],
      "no-var": "error",
      "prefer-const": "error",
      "require-atomic-updates": "error",
    },
  },
  {
    files: ["src/controlmap/*/assets/*.js"],
    languageOptions: { sourceType: "script", globals: globals.browser },
    rules: {
      strict: ["error", "global"],
      "no-undef": "off", // as tsc says it, which knows the other scripts' names
      "no-unused-vars": ["error", { vars: "local" }],
    },
  },
  {
    files: ["tests/javascript/*.mjs", "*.mjs"],
    languageOptions: { globals: globals.node },
    rules: { "no-undef": "off" },
  },
];
