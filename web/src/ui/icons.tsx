// Line icons on a 24-unit grid, drawn for this app. They are decoration: labels stand on the buttons.
const shapes = {
  home: 'M4 11.5 12 5l8 6.5M6.5 10v9h11v-9',
  album: 'M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17ZM12 10a2 2 0 1 0 0 4 2 2 0 0 0 0-4Z',
  artist: 'M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM4.5 20c.8-3.6 3.8-5.5 7.5-5.5s6.7 1.9 7.5 5.5',
  tracks: 'M9 18V6l10-2v12M9 18a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0ZM19 16a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0Z',
  film: 'M4 5.500h16v13H4ZM8 5.500v13M16 5.500v13M4 12h16',
  show: 'M3.5 7.500h17v11h-17ZM8.5 3.5 12 7l3.5-3.5',
  search: 'M11 4.500a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM16 16l4 4',
  close: 'M6 6l12 12M18 6 6 18',
  queue: 'M4 6.500h16M4 12h10M4 17.500h10M17.5 12v8l3.5-4Z',
  shuffle: 'M4 7h3.500c4.5 0 5 10 9.5 10h3M4 17h3.500c1.5 0 2.5-1.2 3.3-2.700M20 7h-3c-1.5 0-2.5 1.2-3.3 2.700M17.5 4.5 20 7l-2.5 2.500M17.5 14.5 20 17l-2.5 2.5',
  repeat: 'M5 11V9.500A2.5 2.5 0 0 1 7.5 7H19M16.5 4.5 19 7l-2.5 2.500M19 13v1.500a2.5 2.5 0 0 1-2.5 2.500H5M7.5 14.5 5 17l2.5 2.5',
  repeatOne: 'M5 11V9.500A2.5 2.5 0 0 1 7.5 7H19M16.5 4.5 19 7l-2.5 2.500M19 13v1.500a2.5 2.5 0 0 1-2.5 2.500H5M7.5 14.5 5 17l2.5 2.500M11.2 10.8 12.5 10v4.5',
  volume: 'M4 9.500v5h3.500L12 18.500v-13L7.5 9.500ZM15 9a4 4 0 0 1 0 6M17.5 6.500a7.5 7.5 0 0 1 0 11',
  muted: 'M4 9.500v5h3.500L12 18.500v-13L7.5 9.500ZM15.5 9.500l5 5M20.5 9.500l-5 5',
  keyboard: 'M3.5 6.500h17v11h-17ZM7 10h.01M10.3 10h.01M13.7 10h.01M17 10h.01M8 14h8',
  radio: 'M12 10.5a1.5 1.5 0 1 0 0 3 1.5 1.5 0 0 0 0-3ZM8.2 8.200a5.4 5.4 0 0 0 0 7.600M15.8 8.200a5.4 5.4 0 0 1 0 7.600M5.4 5.400a9.300 9.300 0 0 0 0 13.200M18.6 5.400a9.300 9.300 0 0 1 0 13.200',
  down: 'M6 9.500l6 6 6-6',
  plus: 'M12 5.500v13M5.5 12h13',
} as const;

const filled = {
  play: 'M7.5 4.800v14.400a.8.8 0 0 0 1.2.7l11.3-7.200a.8.8 0 0 0 0-1.400L8.7 4.100a.8.8 0 0 0-1.2.7Z',
  pause: 'M7 4.500h3a.7.7 0 0 1 .7.7v13.600a.7.7 0 0 1-.7.7H7a.7.7 0 0 1-.7-.7V5.200a.7.7 0 0 1 .7-.7ZM14 4.500h3a.7.7 0 0 1 .7.7v13.600a.7.7 0 0 1-.7.7h-3a.7.7 0 0 1-.7-.7V5.200a.7.7 0 0 1 .7-.7Z',
  stop: 'M7 5.500h10a1.500 1.500 0 0 1 1.500 1.500v10a1.500 1.500 0 0 1-1.500 1.500H7A1.500 1.500 0 0 1 5.500 17V7A1.500 1.500 0 0 1 7 5.500Z',
  next: 'M5.5 5.600v12.800a.8.8 0 0 0 1.2.7l9.3-6.400a.8.8 0 0 0 0-1.400L6.7 4.900a.8.8 0 0 0-1.2.7ZM17 5h1.800v14H17Z',
  previous: 'M18.5 5.600v12.800a.8.8 0 0 1-1.2.7L8 12.700a.8.8 0 0 1 0-1.400l9.3-6.400a.8.8 0 0 1 1.2.7ZM5.2 5H7v14H5.200Z',
} as const;

export type IconName = keyof typeof shapes | keyof typeof filled;

export function Icon({ name, size = 22 }: { name: IconName; size?: number }) {
  const solid = name in filled;
  const path = solid ? filled[name as keyof typeof filled] : shapes[name as keyof typeof shapes];
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 24 24" aria-hidden="true"
      fill={solid ? 'currentColor' : 'none'} stroke={solid ? 'none' : 'currentColor'}
      stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round">
      <path d={path} />
    </svg>
  );
}
