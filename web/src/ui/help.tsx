import { useEffect, useRef } from 'preact/hooks';
import { helpOpen } from '../store';
import { shortcuts } from './keyboard';
import { IconButton } from './parts';

export function Help() {
  const dialog = useRef<HTMLDialogElement>(null);
  const open = helpOpen.value;
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else if (dialog.current?.open) dialog.current.close();
  }, [open]);
  return (
    <dialog ref={dialog} class="help" aria-labelledby="help-title"
      onClose={() => { helpOpen.value = false; }}
      onClick={(event) => { if (event.target === event.currentTarget) helpOpen.value = false; }}>
      <header>
        <h2 id="help-title">Keyboard</h2>
        <IconButton icon="close" label="Close" onClick={() => { helpOpen.value = false; }} />
      </header>
      <dl>
        {shortcuts.map(([keys, what]) => (
          <div key={keys}><dt>{keys.split(' ').map((key) => <kbd key={key}>{key}</kbd>)}</dt><dd>{what}</dd></div>
        ))}
      </dl>
    </dialog>
  );
}
