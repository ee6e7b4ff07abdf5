/**
 * Has the log that the server drew begin at its unread divider, or at its end, before the page lives. Stands
 * alone; where it went to it leaves for `useLogScroll`.
 */
export const openLogScript = `(() => {
  const box = document.getElementById('messages');
  if (!box) return;
  const divider = box.querySelector('[data-key=divider]');
  const toTop = (element) => element.getBoundingClientRect().top;
  box.scrollTop = divider ? toTop(divider) - toTop(box) - Math.round(box.clientHeight / 3) : box.scrollHeight;
  window.gatherlyLogTop = box.scrollTop;
  box.querySelector('ul').style.visibility = '';
})()`;
