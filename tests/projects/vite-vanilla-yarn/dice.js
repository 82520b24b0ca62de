document.getElementById("roll").onclick = (event) => {
  event.target.textContent = 1 + Math.floor(Math.random() * 6);
};
