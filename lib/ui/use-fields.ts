'use client';

import { useState, type ChangeEvent, type FormEvent } from 'react';

type Checks<K extends string> = Partial<Record<K, (value: string) => string | undefined>>;
type Errors<K extends string> = Partial<Record<K, string | undefined>>;

/**
 * For a form that comes with the page: what is submitted before the page lives stays where it is, instead of
 * going into the address with its passwords. The form itself says what is wrong with its fields.
 */
export const pageForm = { method: 'dialog', noValidate: true } as const;

/**
 * The fields of a form. A field is checked when it is left, and from then on while it is typed in
 * for as long as it is wrong; what is empty is only missed on submitting.
 */
export function useFields<K extends string>(initial: Record<K, string>, checks: Checks<K>) {
  const [values, setValues] = useState(initial);
  const [errors, setErrors] = useState<Errors<K>>({});

  const setError = (name: K, message: string | undefined) =>
    setErrors((now) => ({ ...now, [name]: message }));

  const setValue = (name: K, value: string) => {
    setValues((now) => ({ ...now, [name]: value }));
    if (errors[name]) setError(name, checks[name]?.(value));
  };

  const field = (name: K) => ({
    name,
    value: values[name],
    error: errors[name],
    onChange: (event: ChangeEvent<HTMLInputElement>) => setValue(name, event.target.value),
    onBlur: () => {
      if (values[name] !== '') setError(name, checks[name]?.(values[name]));
    },
  });

  /** Whether all is well; otherwise the first wrong field gets the focus. */
  const check = (event: FormEvent<HTMLFormElement>): boolean => {
    const form = event.currentTarget;
    const names = Object.keys(values) as K[];
    const found = names.map((name) => [name, checks[name]?.(values[name])] as const);
    setErrors(Object.fromEntries(found) as Errors<K>);
    if (found.every(([, message]) => message === undefined)) return true;
    focusFirstWrong(form);
    return false;
  };

  return { values, errors, field, setValue, setError, check };
}

/** After the next paint, when the fields know that they are wrong. */
export function focusFirstWrong(form: HTMLFormElement): void {
  requestAnimationFrame(() => form.querySelector<HTMLElement>('[aria-invalid=true]')?.focus());
}
