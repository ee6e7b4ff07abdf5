import { requestTexts } from '../request-texts.ts';

const tones = {
  light: 'bg-art-bubble-light text-art-bubble-light-text',
  spark: 'bg-spark text-on-spark',
  plum: 'bg-art-bubble text-art-text',
} as const;

/** Said in many languages at once; the last one in the reader's own. */
const greetings: { text?: string; tone: keyof typeof tones; at: string; own?: boolean }[] = [
  { text: 'Hej!', tone: 'light', at: 'start-[20%] top-[21%]' },
  { text: 'مرحبا', tone: 'spark', at: 'start-[47%] top-[15%]', own: true },
  { text: 'Ẹ káàbọ̀', tone: 'plum', at: 'start-[64%] top-[27%]' },
  { text: 'Olá, tudo bem?', tone: 'plum', at: 'start-[13%] top-[33%]', own: true },
  { text: 'Привет!', tone: 'light', at: 'start-[48%] top-[37%]' },
  { text: 'שלום', tone: 'light', at: 'start-[24%] top-[46%]', own: true },
  { tone: 'spark', at: 'start-[38%] top-[53%]' },
];

/** The picture beside the form, on wide screens. */
export async function Art() {
  const t = await requestTexts();
  return (
    <aside
      aria-hidden
      className="relative m-2 hidden overflow-hidden rounded-xl bg-art text-art-text desktop:block"
    >
      <svg
        viewBox="0 0 700 880"
        preserveAspectRatio="xMidYMid slice"
        className="absolute inset-0 size-full fill-none stroke-art-text"
        strokeWidth="76"
        strokeLinecap="round"
      >
        <path strokeOpacity=".08" d="M505 190A245 245 0 1 0 592 400" />
        <path strokeOpacity=".05" d="M640 30A440 440 0 1 0 780 420" />
      </svg>
      {greetings.map(({ text, tone, at, own }) => (
        <span
          key={at}
          className={`absolute rounded-[20px] px-4 py-2.5 text-[1.0625rem] font-medium whitespace-nowrap ${own ? 'rounded-ee-xs' : 'rounded-es-xs'} ${at} ${tones[tone]}`}
        >
          <bdi>{text ?? t('app.greeting')}</bdi>
        </span>
      ))}
      <div className="absolute inset-x-12 bottom-12">
        <p className="max-w-[14em] text-[2rem] leading-10 font-bold tracking-[-.02em] text-balance">
          {t('app.tagline')}
        </p>
        <p className="mt-2.5 max-w-[34em] text-art-text-2">{t('app.description')}</p>
      </div>
    </aside>
  );
}
