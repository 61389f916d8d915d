import { Dialog } from '../kit/dialog.tsx';

const KEYS = [
  ['/', 'Search'],
  ['j', 'Next row'],
  ['k', 'Previous row'],
  ['Enter', 'Open'],
  ['r', 'Replay what is focused or open'],
  ['c', 'Close what is focused or open'],
  ['Escape', 'Leave'],
  ['g h', 'Home'],
  ['g o', 'Orders'],
  ['g d', 'Deliveries'],
  ['g e', 'Events'],
  ['g c', 'Connections'],
  ['g a', 'Audit'],
  ['?', 'This list'],
] as const;

export function Shortcuts({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Keyboard shortcuts" onClose={onClose}>
      <dl class="keys">
        {KEYS.map(([keys, what]) => (
          <div key={keys}>
            <dt>
              {keys.split(' ').map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <footer>
        <button type="button" onClick={onClose}>
          Close
        </button>
      </footer>
    </Dialog>
  );
}
