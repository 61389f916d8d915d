import { Dialog } from '../kit/dialog.tsx';
import { Button } from '../kit/text.tsx';

const KEYS = {
  '/': 'Search',
  j: 'Next row',
  k: 'Previous row',
  Enter: 'Open',
  r: 'Replay what is focused or open',
  c: 'Close what is focused or open',
  Escape: 'Leave',
  'g h': 'Home',
  'g o': 'Orders',
  'g d': 'Deliveries',
  'g e': 'Events',
  'g c': 'Connections',
  'g a': 'Audit',
  '?': 'This list',
};

export const Shortcuts = ({ onClose }: { onClose: () => void }) => (
  <Dialog title="Keyboard shortcuts" onClose={onClose}>
    <dl class="keys">
      {Object.entries(KEYS).map(([keys, what]) => (
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
      <Button onClick={onClose}>Close</Button>
    </footer>
  </Dialog>
);
