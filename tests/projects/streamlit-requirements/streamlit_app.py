import streamlit as st

st.title("Loan")
amount = st.slider("Amount", 1000, 50000, 10000)
st.write(f"{amount / 60:.2f} a month for five years")
