import { defineConfig } from 'eslint/config'
import tseslint from 'typescript-eslint'

// Time and chance have one door each; everything else gets them as Clock, Random and Scheduler. test/architecture.test.ts
// checks the same, and more, from the imports.
const doorsOfTimeAndChance = [
  'src/runtime/system-clock.ts',
  'src/runtime/system-random.ts',
  'src/runtime/fair-scheduler.ts',
  'src/simulation/settle.ts',
  'src/behaviors/system-spawner.ts',
]
const timeAndChance = 'comes from Clock, Random or Scheduler: it must be possible to simulate it.'

export default defineConfig(
  { ignores: ['dist', 'docs', 'coverage', 'test/guides/.generated'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-confusing-non-null-assertion': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      // A handler that ends without a return statement is typed as returning void; elsewhere void is no value.
      '@typescript-eslint/no-invalid-void-type': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true }],
      '@typescript-eslint/prefer-readonly': 'error',
      // What a create function returns works on its closure, not on `this`, also where its interface is written with methods.
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    // Matchers such as expect.anything() are typed as any, and a scripted actor may be asynchronous without waiting.
    files: ['test/**/*.ts'],
    rules: { '@typescript-eslint/no-unsafe-assignment': 'off', '@typescript-eslint/require-await': 'off' },
  },
  {
    files: ['**/*.{ts,js,mjs}'],
    rules: {
      eqeqeq: 'error',
      'max-len': ['warn', { code: 130, ignoreUrls: true }],
      'no-var': 'error',
      'prefer-const': 'error',
      quotes: ['error', 'single', { avoidEscape: true, allowTemplateLiterals: true }],
      semi: ['error', 'never', { beforeStatementContinuationChars: 'any' }],
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: doorsOfTimeAndChance,
    rules: {
      'no-restricted-globals': [
        'error',
        ...['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'performance'].map((name) => ({
          name,
          message: `It ${timeAndChance}`,
        })),
      ],
      'no-restricted-properties': [
        'error',
        ...[['Date', 'now'], ['Math', 'random'], ['process', 'nextTick'], ['process', 'hrtime']].map(([object, property]) => ({
          object,
          property,
          message: `It ${timeAndChance}`,
        })),
      ],
      'no-restricted-syntax': [
        'error',
        { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: `The time of day ${timeAndChance}` },
      ],
    },
  },
)
