import type { Shell } from './shell.ts';

// direnv, a script that is sourced, a person: any of them may put another file into KUBECONFIG, and the terminal is outside the
// guard from the next command on. An interactive shell says so at its next prompt, once; nothing else is done there.

const OUTSIDE =
  'toolcrib: KUBECONFIG names another file now, so this terminal is outside the guard. Back: eval "$(toolcrib on)"';

const body = `local was=$?; if [ -n "\${TOOLCRIB_KUBECONFIG-}" ] && [ "\${KUBECONFIG-}" != "$TOOLCRIB_KUBECONFIG" ]; then if [ "\${__toolcrib_told-}" != "=\${KUBECONFIG-}" ]; then __toolcrib_told="=\${KUBECONFIG-}"; printf '%s\\n' '${OUTSIDE}' >&2; fi; else __toolcrib_told=; fi; return $was;`;

const ON: Record<Shell, string> = {
  // Last of all, so that it sees what others have done at this prompt; before 5.1 there is one command, and it goes first.
  bash: `if [[ $- == *i* ]]; then __toolcrib_outside() { ${body} }; if [[ " \${PROMPT_COMMAND[*]-}" != *__toolcrib_outside* ]]; then if (( BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 501 )); then PROMPT_COMMAND+=(__toolcrib_outside); else PROMPT_COMMAND="__toolcrib_outside\${PROMPT_COMMAND:+;$PROMPT_COMMAND}"; fi; fi; fi;`,
  zsh: `if [[ -o interactive ]]; then __toolcrib_outside() { ${body} }; typeset -ga precmd_functions; precmd_functions=(\${precmd_functions:#__toolcrib_outside} __toolcrib_outside); fi;`,
  fish: `if status is-interactive; function __toolcrib_outside --on-event fish_prompt; if test -n "$TOOLCRIB_KUBECONFIG"; and test "$KUBECONFIG" != "$TOOLCRIB_KUBECONFIG"; if test "$__toolcrib_told" != "=$KUBECONFIG"; set -g __toolcrib_told "=$KUBECONFIG"; echo '${OUTSIDE}' >&2; end; else; set -g __toolcrib_told ''; end; end; end;`,
  sh: '',
};

const OFF: Record<Shell, string> = {
  bash: `if declare -F __toolcrib_outside >/dev/null; then __toolcrib_rest=(); for __toolcrib_one in "\${PROMPT_COMMAND[@]}"; do case "$__toolcrib_one" in __toolcrib_outside) ;; *) __toolcrib_rest+=("\${__toolcrib_one#__toolcrib_outside;}") ;; esac; done; unset PROMPT_COMMAND; if [ "\${#__toolcrib_rest[@]}" -eq 1 ]; then PROMPT_COMMAND="\${__toolcrib_rest[0]}"; elif [ "\${#__toolcrib_rest[@]}" -gt 1 ]; then PROMPT_COMMAND=("\${__toolcrib_rest[@]}"); fi; unset -f __toolcrib_outside; unset __toolcrib_told __toolcrib_rest __toolcrib_one; fi;`,
  zsh: `if (( $+functions[__toolcrib_outside] )); then precmd_functions=(\${precmd_functions:#__toolcrib_outside}); unfunction __toolcrib_outside; unset __toolcrib_told; fi;`,
  fish: 'if functions -q __toolcrib_outside; functions -e __toolcrib_outside; set -e __toolcrib_told; end;',
  sh: '',
};

/** Lines for `eval` after those of `on`: an interactive shell tells at its prompt that it has come outside. */
export function promptOn(shell: Shell): string {
  return ON[shell];
}

/** Lines for `eval`: nothing of {@link promptOn} is left. */
export function promptOff(shell: Shell): string {
  return OFF[shell];
}
