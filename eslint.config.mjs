// What reviewers of TypeScript, Svelte and scripts need not look for. How code is laid out is Prettier's.
import js from '@eslint/js'
import svelte from 'eslint-plugin-svelte'
import { defineConfig } from 'eslint/config'
import globals from 'globals'
import ts from 'typescript-eslint'
import svelteConfig from './svelte.config.js'

export default defineConfig(
  { ignores: ['dist', 'target', 'artifacts', '.state', '.tools', 'wasm/**/pkg', 'worker/build', 'tests/foreign-card/target'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  ts.configs.recommended,
  svelte.configs.recommended,
  {
    rules: {
      eqeqeq: 'error',
      // Leaving a member out by taking the others is how an object is copied without it.
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      '@typescript-eslint/ban-ts-comment': [
        'error',
        { 'ts-nocheck': 'allow-with-description', 'ts-expect-error': 'allow-with-description' },
      ],
    },
  },
  {
    // Tests hand functions to pages and to service workers.
    files: ['**/*.{js,mjs}'],
    languageOptions: { globals: { ...globals.node, ...globals.browser, ...globals.webextensions } },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'], svelteConfig } },
    rules: {
      // svelte-check knows what is defined.
      'no-undef': 'off',
      // `{' · '}` keeps a space that would be trimmed.
      'svelte/no-useless-mustaches': 'off',
      // Sets that nothing shows need not tell anybody when they change.
      'svelte/prefer-svelte-reactivity': 'off',
    },
  },
  {
    // With types, for what people use: a promise that nobody waits for hides its failure, a state that
    // nobody thought of has no word.
    files: ['extension/**/*.{ts,svelte}', 'pages/**/*.{ts,svelte}'],
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
    },
  },
)
